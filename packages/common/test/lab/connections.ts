/** Connections of one engine to this test's own origins; all are closed after each test. */
import { afterEach, beforeEach } from '@jest/globals';
import {
  BaseConnection,
  type ConnectionOptions,
  type HttpProxy,
  type Transport,
} from '@sdk/common';
import type { Engine } from './engines.js';
import { originTls, startOrigins, type Origins } from './origins.js';

export interface Connections {
  /** New ones for each test, so that a proxy's lines about their ports are this test's. */
  readonly origins: Origins;
  /** A connection to one of the origins, without retries and without the environment. */
  to(
    scheme: 'http' | 'https',
    httpProxy: HttpProxy | undefined,
    options?: Partial<ConnectionOptions> & { readonly host?: string },
  ): BaseConnection;
  /** `host:port` of an origin, as CONNECT names it. */
  authority(scheme: 'http' | 'https', host?: string): string;
  /** Ends every socket now: some proxies note a tunnel when it ends. */
  close(): Promise<void>;
}

export function useConnections(engine: Engine): Connections {
  let origins: Origins | undefined;
  let transport: Transport | undefined;
  const open: BaseConnection[] = [];
  const started = (): Origins => {
    if (origins === undefined) throw new Error('the origins start before each test');
    return origins;
  };
  beforeEach(async () => {
    origins = await startOrigins();
  });
  const close = async (): Promise<void> => {
    await Promise.all(open.splice(0).map((each) => each.close()));
    await transport?.close();
    transport = undefined;
  };
  afterEach(async () => {
    await close();
    await origins?.close();
  });
  return {
    get origins() {
      return started();
    },
    to(scheme, httpProxy, { host = '127.0.0.1', ...options } = {}) {
      transport ??= engine.open();
      const made = new BaseConnection({
        endpoint: `${scheme}://${host}:${started()[scheme].port}`,
        ...{ httpProxy, transport, tls: originTls, retry: false, env: {} },
        ...options,
      });
      open.push(made);
      return made;
    },
    authority: (scheme, host = '127.0.0.1') => `${host}:${started()[scheme].port}`,
    close,
  };
}

/** A call whose answer is text. */
export const get = (path: string) => ({ method: 'GET', path, expect: 'text' }) as const;

/** What a promise was rejected with; fails where it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let answer: unknown;
  try {
    answer = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`this should have failed, and answered ${JSON.stringify(answer)}`);
}

/** A URL with credentials in it, as people write it. */
export const withUserinfo = (url: string, username: string, password: string): string =>
  url.replace('//', `//${encodeURIComponent(username)}:${encodeURIComponent(password)}@`);
