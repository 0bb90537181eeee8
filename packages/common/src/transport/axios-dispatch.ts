/** Sends a request through an axios instance: its interceptors and default headers are used, and nothing else of it. */
import { Readable } from 'node:stream';
import {
  AxiosHeaders,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { ConfigurationError } from '../errors.js';
import { answerHeaders, areUnchanged, listOf, requestHeaders } from './axios-headers.js';
import { refuse, refuseForbidden, REMEDY } from './axios-instance.js';
import { intercepted } from './interceptors.js';
import { ResponseHeaders } from './response-headers.js';
import type { TransportRequest, TransportResponse } from './transport.js';

/**
 * Runs `request` through `instance`. `Axios.request` itself would spend more time merging, copying and transforming than node spends sending.
 * @throws ConfigurationError, before anything is sent, if an interceptor set something that would break the proxy decision.
 */
export async function dispatch(
  instance: AxiosInstance,
  request: TransportRequest,
  carry: (request: TransportRequest) => Promise<TransportResponse>,
): Promise<TransportResponse> {
  let carried: TransportResponse | undefined;
  const send = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    check(config);
    carried = await carry(requestOf(request, config));
    return {
      status: carried.status,
      statusText: '',
      headers: answerHeaders(carried.headers),
      data: carried.body,
      config,
    };
  };
  const config = new NewConfig(instance, request, send);
  const { url } = config;
  const check = (given: InternalAxiosRequestConfig): void => {
    if (typeof given !== 'object' || (given as unknown) === null) throw noReturn('config');
    refuseForbidden(given, 'an interceptor');
    for (const [key, value] of OURS) {
      if ((given as unknown as Record<string, unknown>)[key] !== value)
        refuse(key, 'an interceptor');
    }
    if (given.adapter !== send) refuse('adapter', 'an interceptor');
    if (given.url !== url) refuse('url', 'an interceptor');
    if (given.method?.toUpperCase() !== request.method.toUpperCase())
      refuse('method', 'an interceptor');
  };
  try {
    const answer = await intercepted(instance, config, send);
    if (carried === undefined) {
      throw new ConfigurationError('An interceptor answered instead of the transport', {
        field: 'axios',
        hint: REMEDY['adapter'],
      });
    }
    if (typeof answer !== 'object' || (answer as unknown) === null) throw noReturn('response');
    return responseOf(carried, answer);
  } catch (error) {
    // Nobody will read this body, and an unread body would hold its socket.
    carried?.body.destroy();
    throw error;
  }
}

/**
 * What interceptors see: the request, `send` as the adapter, for those that send again, and the rest of the instance's
 * defaults. It is built by a function, whose prototype can be removed: what somebody added to Object.prototype is no setting.
 */
function Config(
  this: InternalAxiosRequestConfig,
  instance: AxiosInstance,
  request: TransportRequest,
  send: (config: InternalAxiosRequestConfig) => Promise<AxiosResponse>,
): void {
  this.url = request.origin.href + request.path;
  this.method = request.method.toLowerCase();
  this.headers = requestHeaders(instance, this.method, request.headers);
  this.data = request.body;
  this.responseType = 'stream';
  this.proxy = false;
  this.maxRedirects = 0;
  this.timeout = 0;
  this.decompress = false;
  this.maxBodyLength = Infinity;
  this.maxContentLength = -1;
  this.validateStatus = anyStatus;
  this.transformRequest = [];
  this.transformResponse = [];
  this.adapter = send;
  const defaults = instance.defaults as Record<string, unknown>;
  for (const key of Object.keys(defaults)) {
    if (!Object.hasOwn(this, key)) (this as never as typeof defaults)[key] = copyOf(defaults[key]);
  }
}
Config.prototype = Object.create(null, {
  hasOwnProperty: { value: Object.prototype.hasOwnProperty },
}) as object;

const NewConfig = Config as unknown as new (
  ...args: Parameters<typeof Config>
) => InternalAxiosRequestConfig;

function anyStatus(): boolean {
  return true;
}

/** What interceptors see and cannot change: the connection, and not axios, reads statuses and bodies. */
const OURS = Object.entries({
  responseType: 'stream',
  decompress: false,
  maxBodyLength: Infinity,
  maxContentLength: -1,
  validateStatus: anyStatus,
});

function noReturn(what: string): ConfigurationError {
  return new ConfigurationError(`An interceptor returned no ${what}`, {
    field: 'axios',
    hint: `End the interceptor with "return ${what};".`,
  });
}

/** A copy for interceptors, which may change it; the instance's own stays as it is. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice() as unknown[];
  const plain =
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
  return plain ? { ...value } : value;
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
  const { status, headers } = answer;
  if (
    status === carried.status &&
    answer.data === carried.body &&
    headers instanceof AxiosHeaders &&
    areUnchanged(headers, carried.headers.toFlat())
  )
    return carried;
  const body = asBody(answer.data);
  // An interceptor that replaced the body may still read the old one; if nobody reads it, it is destroyed.
  if (body !== carried.body && carried.body.readableFlowing === null) carried.body.destroy();
  return {
    ...carried,
    status,
    headers: new ResponseHeaders(listOf(AxiosHeaders.from(headers as AxiosHeaders))),
    body:
      body instanceof Readable
        ? body
        : Readable.from(body === undefined ? [] : [Buffer.from(body)]),
  };
}
