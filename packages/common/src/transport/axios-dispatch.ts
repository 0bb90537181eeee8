/** A request through an axios instance: its interceptors and default headers run, nothing else of it does. */
import { Readable } from 'node:stream';
import {
  AxiosHeaders,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { ConfigurationError } from '../errors.js';
import { ResponseHeaders } from './response-headers.js';
import type { TransportRequest, TransportResponse } from './transport.js';

/** What would send the bytes another way than the cascade decided, or change the request behind a signature. */
const FORBIDDEN = {
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
} as const;

/** Where each belongs instead. */
const REMEDY: Record<string, string> = {
  proxy: 'Give the proxy as httpProxy.',
  httpAgent: 'Give the proxy as httpProxy; the transport makes its own agents.',
  httpsAgent:
    'Give the proxy as httpProxy and TLS settings as tls; the transport makes its own agents.',
  baseURL: 'Give the endpoint to the driver.',
  timeout: 'Give timeouts to the driver or the call.',
  adapter: 'Implement Transport to send requests your own way.',
};

/** @throws ConfigurationError for an instance whose defaults would break the proxy decision. */
export function checkInstance(instance: AxiosInstance): void {
  const { defaults } = instance as { defaults?: object };
  if (typeof instance !== 'function' || defaults === undefined || !('interceptors' in instance)) {
    throw new ConfigurationError('The option "axios" takes an axios instance', {
      field: 'axios',
      hint: 'Make one with axios.create().',
    });
  }
  refuseForbidden(defaults, "the axios instance's defaults");
  const { adapter } = instance.defaults;
  // axios's own default is a list of names to choose from.
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

/**
 * Runs `request` through `instance`, in axios's own order of interceptors.
 * @throws ConfigurationError where an interceptor set what would break the decision, before anything is sent.
 */
export async function dispatch(
  instance: AxiosInstance,
  request: TransportRequest,
  carry: (request: TransportRequest) => Promise<TransportResponse>,
): Promise<TransportResponse> {
  const url = request.origin.href + request.path;
  let carried: TransportResponse | undefined;
  const adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    check(config);
    carried = await carry(requestOf(request, config));
    return {
      status: carried.status,
      statusText: '',
      headers: headersOf(carried.headers),
      data: carried.body,
      config,
    };
  };
  const check = (config: InternalAxiosRequestConfig): void => {
    refuseForbidden(config, 'an interceptor');
    if (config.adapter !== adapter) refuse('adapter', 'an interceptor');
    if (config.url !== url) refuse('url', 'an interceptor');
    if (config.method?.toUpperCase() !== request.method.toUpperCase())
      refuse('method', 'an interceptor');
  };
  try {
    const answer = await instance.request<unknown>({
      url,
      method: request.method,
      headers: recordOf(request.headers),
      data: request.body,
      responseType: 'stream',
      proxy: false,
      maxRedirects: 0,
      timeout: 0,
      decompress: false,
      maxBodyLength: Infinity,
      maxContentLength: -1,
      validateStatus: () => true,
      // Runs right before the adapter is chosen: the last place to see one that an interceptor put in ours' stead.
      transformRequest: [
        function (this: InternalAxiosRequestConfig, data: unknown) {
          check(this);
          return data;
        },
      ],
      transformResponse: [],
      adapter,
    });
    if (carried === undefined) {
      throw new ConfigurationError('An interceptor answered instead of the transport', {
        field: 'axios',
        hint: REMEDY['adapter'],
      });
    }
    return responseOf(carried, answer);
  } catch (error) {
    // Nobody will read it, and unread it would hold its socket.
    carried?.body.destroy();
    throw error;
  }
}

function requestOf(
  request: TransportRequest,
  config: InternalAxiosRequestConfig,
): TransportRequest {
  const body = config.data as unknown;
  const headers = AxiosHeaders.from(config.headers);
  if (body !== request.body) {
    headers.delete('Content-Length');
    headers.delete('Transfer-Encoding');
  }
  return { ...request, headers: listOf(headers), body: asBody(body) };
}

function asBody(body: unknown): TransportRequest['body'] {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array || body instanceof Readable)
    return body;
  throw new ConfigurationError(
    'An interceptor set data that is neither a string, nor bytes, nor a stream',
    {
      field: 'axios',
      hint: 'Serialise it in the interceptor.',
    },
  );
}

function responseOf(carried: TransportResponse, answer: AxiosResponse<unknown>): TransportResponse {
  const body = asBody(answer.data);
  // An interceptor that put something else in its place may read from it; one that nobody reads is let go.
  if (body !== carried.body && carried.body.readableFlowing === null) carried.body.destroy();
  return {
    ...carried,
    status: answer.status,
    headers: new ResponseHeaders(listOf(AxiosHeaders.from(answer.headers as AxiosHeaders))),
    body:
      body instanceof Readable
        ? body
        : Readable.from(body === undefined ? [] : [Buffer.from(body)]),
  };
}

/** A flat list as axios takes it; a name that comes twice keeps both values. */
function recordOf(list: readonly string[]): Record<string, string | string[] | false> {
  const record: Record<string, string | string[] | false> = {
    // axios would add a form's content type to a body that has none.
    'Content-Type': false as const,
  };
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    const value = list[i + 1] as string;
    if (name.toLowerCase() === 'content-type') record['Content-Type'] = value;
    else
      record[name] =
        record[name] === undefined ? value : ([record[name], value].flat() as string[]);
  }
  return record;
}

function listOf(headers: AxiosHeaders): string[] {
  return Object.entries(headers.toJSON()).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((each) =>
      each === null || each === undefined ? [] : [name, String(each)],
    ),
  );
}

function headersOf(headers: ResponseHeaders): AxiosHeaders {
  const result = new AxiosHeaders();
  for (const [name] of headers) {
    const values = headers.getAll(name);
    result.set(name, values.length === 1 ? values[0] : values);
  }
  return result;
}

function refuseForbidden(config: object, where: string): void {
  for (const [key, allowed] of Object.entries(FORBIDDEN)) {
    const value = Object.hasOwn(config, key) ? (config as Record<string, unknown>)[key] : undefined;
    if (!(allowed as readonly unknown[]).includes(value)) refuse(key, where);
  }
}

function refuse(key: string, where: string): never {
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
