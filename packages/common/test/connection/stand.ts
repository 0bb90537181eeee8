/** What a test has set up, ended after it. */
import { afterEach } from '@jest/globals';
import { BaseConnection } from '@sdk/common';
import type { ConnectionOptions, RequestSpec, ResponseError, SdkResponse } from '@sdk/common';
import { startOrigin, startProxy } from '@sdk/testing';
import type { Origin, OriginOptions, Proxy, ProxyOptions } from '@sdk/testing';

interface Closable {
  close(): Promise<void>;
}

const open: Closable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** Ends this after the test. */
export function keep<T extends Closable>(closable: T): T {
  open.push(closable);
  return closable;
}

/** A real origin for one test. */
export async function origin(handler?: OriginOptions['handler']): Promise<Origin> {
  return keep(await startOrigin({ handler }));
}

/** A real forward proxy for one test. */
export async function proxy(options?: ProxyOptions): Promise<Proxy> {
  return keep(await startProxy(options));
}

/** A connection that no environment steers, with quick pauses. */
export function connect(
  endpoint: string | URL,
  options: Partial<ConnectionOptions> = {},
): BaseConnection {
  return keep(new BaseConnection({ endpoint, env: {}, retry: { baseDelayMs: 1 }, ...options }));
}

/** What a promise rejects with. */
export async function rejection<E = Error>(promise: PromiseLike<unknown>): Promise<E> {
  try {
    await promise;
  } catch (error) {
    return error as E;
  }
  throw new Error('It should have failed, and did not');
}

/** What a function throws. */
export function thrown<E = Error>(act: () => unknown): E {
  try {
    act();
  } catch (error) {
    return error as E;
  }
  throw new Error('It should have thrown, and did not');
}

/** An origin that answers every request so. */
export function failing(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Promise<Origin> {
  return origin((request, response) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  });
}

/** The error of one request without repetitions, whose query holds a secret. */
export async function errorOf<E = ResponseError>(
  server: Origin,
  options: Partial<ConnectionOptions> = {},
  spec: Partial<RequestSpec> = {},
): Promise<E> {
  const connection = connect(server.url, { retry: false, ...options });
  return rejection<E>(
    connection.request({ method: 'GET', path: '/x', query: { signature: 'canary-q' }, ...spec }),
  );
}

/** Status and headers of one answer. */
export type Answer = readonly [status: number, headers?: Record<string, string> | undefined];

/** An origin that gives these answers, one after the other, and then 200. */
export function answers(...list: Answer[]): Promise<Origin> {
  let count = 0;
  return origin((request, response) => {
    request.resume();
    const [status, headers] = list[count++] ?? [200];
    request.on('end', () =>
      response.writeHead(status, headers).end(status === 204 ? undefined : '{"ok":true}'),
    );
  });
}

/** Sends one request with quick pauses. */
export async function send(
  server: Origin,
  spec: Partial<RequestSpec>,
  options: Partial<ConnectionOptions> = {},
): Promise<SdkResponse> {
  return connect(server.url, { retry: { baseDelayMs: 1 }, ...options }).request({
    method: 'GET',
    path: '/',
    ...spec,
  });
}
