/** Which environment variable speaks for a target. Read at each decision, never kept. */
import { ConfigurationError } from '../errors.js';
import { kindOf } from '../option-keys.js';
import type { Origin } from '../origin.js';

/** A record of variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is set and not blank. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

const ALL = ['all_proxy', 'ALL_PROXY'];
const HTTP = ['http_proxy', 'HTTP_PROXY'];

/**
 * In this order the first one that is set speaks. `http_proxy` also serves `https:` targets when nothing else is set:
 * undici, gaxios and Azure's core do so too, curl and Go do not.
 */
export const PROXY_VARIABLES: Readonly<Record<Origin['protocol'], readonly string[]>> =
  Object.freeze({
    'http:': Object.freeze([...HTTP, ...ALL]),
    'https:': Object.freeze(['https_proxy', 'HTTPS_PROXY', ...ALL, ...HTTP]),
  });

/** In this order the first one that is set speaks. */
export const NO_PROXY_VARIABLES: readonly string[] = Object.freeze(['no_proxy', 'NO_PROXY']);

/** The variable that names the proxy for a target; `undefined`: none does. */
export function proxyVariable(
  env: Environment,
  protocol: Origin['protocol'],
): Variable | undefined {
  for (const name of PROXY_VARIABLES[protocol]) {
    const value = readVariable(env, name);
    if (value !== undefined && !isHttpoxy(env, name)) return { name, value };
  }
  return undefined;
}

/** The variable that lists what is not proxied; `undefined`: none does. */
export function noProxyVariable(env: Environment): Variable | undefined {
  for (const name of NO_PROXY_VARIABLES) {
    const value = readVariable(env, name);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

/**
 * A variable's value, `undefined` where it is unset or blank.
 * @throws ConfigurationError where a given record holds something other than text.
 */
export function readVariable(env: Environment, name: string): string | undefined {
  const value: unknown = env[name];
  // What hangs on Object.prototype is no variable; asked only when there is something, since a look-up is dear.
  if (value === undefined || !Object.hasOwn(env, name)) return undefined;
  if (typeof value !== 'string') {
    throw new ConfigurationError(
      `The variable ${name} must be a string, this is ${kindOf(value)}`,
      {
        field: name,
      },
    );
  }
  return /\S/.test(value) ? value : undefined;
}

/**
 * Whether a variable may come from a request: a CGI server puts the header `Proxy: …` of whoever calls it into
 * `HTTP_PROXY` (CVE-2016-5385, "httpoxy").
 */
export function isHttpoxy(env: Environment, name: string): boolean {
  if (name !== 'HTTP_PROXY' || !Object.hasOwn(env, 'REQUEST_METHOD')) return false;
  const method: unknown = env['REQUEST_METHOD'];
  return method !== undefined && method !== '';
}
