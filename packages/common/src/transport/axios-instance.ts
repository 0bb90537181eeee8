/** What an axios instance may set, and what it may not. */
import type { AxiosInstance } from 'axios';
import { ConfigurationError } from '../errors.js';

/** Settings that would send a request another way than the cascade decided, or change it after it was signed. */
const FORBIDDEN: readonly (readonly [key: string, allowed: readonly unknown[]])[] = Object.entries({
  proxy: [undefined, false],
  httpAgent: [undefined],
  httpsAgent: [undefined],
  baseURL: [undefined, ''],
  auth: [undefined],
  maxRedirects: [undefined, 0],
  timeout: [undefined, 0],
  socketPath: [undefined, null],
  params: [undefined],
  transport: [undefined],
  beforeRedirect: [undefined],
  lookup: [undefined],
  httpVersion: [undefined, 1],
  signal: [undefined],
  cancelToken: [undefined],
});

/** Where each of these belongs instead. */
export const REMEDY: Readonly<Record<string, string>> = {
  proxy: 'Give the proxy as httpProxy.',
  httpAgent: 'Give the proxy as httpProxy; the transport makes its own agents.',
  httpsAgent:
    'Give the proxy as httpProxy and TLS settings as tls; the transport makes its own agents.',
  baseURL: 'Give the endpoint to the driver.',
  timeout: 'Give timeouts to the driver or the call.',
  signal: 'Give the signal to the call.',
  cancelToken: 'Give a signal to the call.',
  adapter: 'Implement Transport to send requests your own way.',
};

/** @throws ConfigurationError for an instance whose defaults would break the proxy decision. */
export function checkInstance(instance: AxiosInstance): void {
  const { defaults } = (instance ?? {}) as { defaults?: object };
  if (typeof instance !== 'function' || defaults === undefined || !('interceptors' in instance)) {
    throw new ConfigurationError('The option "axios" takes an axios instance', {
      field: 'axios',
      hint: 'Make one with axios.create().',
    });
  }
  refuseForbidden(defaults, "the axios instance's defaults");
  const { adapter } = instance.defaults;
  // axios's own default is a list of adapter names.
  if (adapter !== undefined && !Array.isArray(adapter))
    refuse('adapter', "the axios instance's defaults");
}

/** Whether the instance has interceptors or default headers to honour. */
export function hasWork({ interceptors, defaults }: AxiosInstance): boolean {
  return (
    isUsed(interceptors.request.handlers) ||
    isUsed(interceptors.response.handlers) ||
    hasHeaders(defaults.headers)
  );
}

/** @throws ConfigurationError for a setting that would change the way or the request that was decided. */
export function refuseForbidden(config: object, where: string): void {
  for (const [key, allowed] of FORBIDDEN) {
    if (Object.hasOwn(config, key) && !allowed.includes((config as Record<string, unknown>)[key]))
      refuse(key, where);
  }
}

/** @throws ConfigurationError, with where the setting belongs instead. */
export function refuse(key: string, where: string): never {
  throw new ConfigurationError(
    `"${key}" was set by ${where}; it would change the way or the request that was decided`,
    {
      field: `axios.${key}`,
      hint: REMEDY[key] ?? 'Leave it out.',
    },
  );
}

function isUsed(handlers: readonly unknown[] | undefined): boolean {
  return handlers?.some((handler) => handler !== null) ?? false;
}

function hasHeaders(headers: object): boolean {
  for (const value of Object.values(headers)) {
    if (typeof value !== 'object' || value === null) return true;
    for (const _ in value) return true;
  }
  return false;
}
