/** What a test has set up, ended after it. */
import { afterEach } from '@jest/globals';
import { BaseConnection } from '@sdk/common';
import type { ConnectionOptions } from '@sdk/common';
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
