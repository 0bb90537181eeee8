/**
 * Every vector through a real connection on an engine: what was decided is what is dialled. Names are looked up by a
 * function of ours that answers an address of documentation (RFC 5737), and sockets are bound to loopback, from where such
 * an address cannot be reached: each dial fails at once, no packet leaves, and the error says what was dialled.
 */
import { readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BaseConnection, isSdkError, originOf } from '@sdk/common';
import type { ConnectionOptions, SdkError, SocketOptions, Transport } from '@sdk/common';

/** Where every name leads to. */
const NOWHERE = '192.0.2.1';

interface EnvironmentVector {
  env: Record<string, string>;
  url: string;
  expected: string;
  variable: string | null;
  bypassedBy?: string;
}
interface NoProxyVector {
  noProxy: string | null;
  url: string;
  bypass: boolean | null;
}
interface ProxyUrlVector {
  input: string;
  expected:
    'ERROR' | { protocol: string; host?: string; port?: number; pac?: string; password?: string };
}

const read = <T>(name: string): T[] =>
  JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')) as T[];

/** What became of one request. */
interface Outcome {
  /** `direct`, the proxy that failed, or `refused` where nothing was dialled. */
  readonly way: string;
  /** The names that were looked up, each once. */
  readonly names: readonly string[];
  /** The port that was dialled, where the error of the socket names it. */
  readonly port: number | undefined;
  readonly error: SdkError;
}

/** Declares the tests for one engine. */
export function testVectors(open: (options: SocketOptions) => Transport): void {
  let transport: Transport;
  const asked = new Set<string>();
  const lookup: LookupFunction = (name, _options, callback) => {
    asked.add(name);
    callback(null, [{ address: NOWHERE, family: 4 }]);
  };
  beforeAll(() => {
    transport = open({ lookup, localAddress: '127.0.0.1' });
  });
  afterAll(() => transport.close());

  async function dial(
    url: string,
    options: Partial<ConnectionOptions>,
    call: Pick<ConnectionOptions, 'httpProxy' | 'noProxy'> = {},
  ): Promise<Outcome> {
    asked.clear();
    let error: unknown;
    try {
      const connection = new BaseConnection({
        endpoint: originOf(url).href,
        env: {},
        transport,
        retry: false,
        timeouts: { totalMs: 5_000 },
        ...options,
      });
      await connection.request({ method: 'GET', path: '/' }, call);
    } catch (failure) {
      error = failure;
    }
    if (!isSdkError(error)) throw new Error(`${url} was answered, or failed by ${String(error)}`);
    const cause = error.cause instanceof Error ? error.cause.message : '';
    const port = /^connect \w+ .*?:(\d+)(?: - Local .*)?$/.exec(cause)?.[1];
    return {
      way: wayOf(error),
      names: [...asked],
      port: port === undefined ? undefined : Number(port),
      error,
    };
  }

  /** Runs a check for each vector, and fails with all that do not hold. */
  async function each<T>(vectors: readonly T[], check: (vector: T) => Promise<void>) {
    const wrong: string[] = [];
    for (const vector of vectors) {
      await check(vector).catch((error: Error) =>
        wrong.push(`${JSON.stringify(vector)}: ${error.message}`),
      );
    }
    expect(vectors.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  }

  function expectDirect(url: string, { way, names, port }: Outcome): void {
    const origin = originOf(url);
    const named = /[a-z]/i.test(origin.hostname) && !origin.hostname.includes(':');
    expect([way, names]).toEqual(['direct', named ? [origin.hostname] : []]);
    if (named) expect(port).toBe(origin.port);
  }

  test('each environment is obeyed at the socket', async () => {
    await each(read<EnvironmentVector>('environment'), async (vector) => {
      const { env, url, expected, variable, bypassedBy } = vector;
      const outcome = await dial(url, { env });
      if (expected === 'ERROR') {
        expect([outcome.way, outcome.names]).toEqual(['refused', []]);
        expect(outcome.error).toMatchObject({ field: variable });
        return;
      }
      if (expected === 'DIRECT') expectDirect(url, outcome);
      else expect(outcome.way).toBe(expected);
      const { decision } = outcome.error;
      expect([decision?.variable ?? null, decision?.bypassedBy]).toEqual([variable, bypassedBy]);
    });
  });

  const PROXY = 'http://proxy.test:3128';
  const LISTS: Record<string, (noProxy: string | undefined) => Parameters<typeof dial>[1]> = {
    no_proxy: (list) => ({ env: { all_proxy: PROXY, ...(list && { no_proxy: list }) } }),
    NO_PROXY: (list) => ({ env: { ALL_PROXY: PROXY, ...(list && { NO_PROXY: list }) } }),
    'the noProxy of the instance': (list) => ({ httpProxy: PROXY, noProxy: list }),
    'the noProxy of httpProxy': (list) => ({ httpProxy: { url: PROXY, noProxy: list } }),
    'an array': (list) => ({ httpProxy: PROXY, noProxy: list?.split(/[,\s]+/).filter(Boolean) }),
  };
  for (const [where, optionsOf] of Object.entries(LISTS)) {
    test(`each list of targets to bypass is obeyed at the socket, given as ${where}`, async () => {
      await each(read<NoProxyVector>('no-proxy'), async ({ noProxy, url, bypass }) => {
        const outcome = await dial(url, optionsOf(noProxy ?? undefined));
        if (bypass === null) expect([outcome.way, outcome.names]).toEqual(['refused', []]);
        else if (bypass) expectDirect(url, outcome);
        else {
          expect([outcome.way, outcome.names]).toEqual([PROXY, ['proxy.test']]);
          expect(outcome.port).toBe(3128);
        }
      });
    });
  }

  const SETTINGS: Record<string, (url: string) => Parameters<typeof dial>> = {
    'the call': (httpProxy) => ['http://origin.test/', {}, { httpProxy }],
    'the instance': (httpProxy) => ['https://origin.test/', { httpProxy }],
    http_proxy: (url) => ['http://origin.test/', { env: { http_proxy: url } }],
    HTTPS_PROXY: (url) => ['https://origin.test/', { env: { HTTPS_PROXY: url } }],
  };
  for (const [where, settingsOf] of Object.entries(SETTINGS)) {
    test(`each proxy URL is dialled as it is read, or refused before a socket opens, given by ${where}`, async () => {
      // A blank variable is an unset one.
      const vectors = read<ProxyUrlVector>('proxy-url').filter(
        ({ input }) => input.trim() !== '' || where.startsWith('the'),
      );
      await each(vectors, async ({ input, expected }) => {
        const { way, names, port, error } = await dial(...settingsOf(input));
        if (expected === 'ERROR') {
          expect([way, names, port]).toEqual(['refused', [], undefined]);
          return;
        }
        const { protocol, host = '', pac, password } = expected;
        if (pac !== undefined) {
          expect(way).toBe(`pac+${pac}`);
          return;
        }
        const authority = host.includes(':') ? `[${host}]` : host;
        expect(way).toBe(`${protocol}//${authority}:${expected.port}`);
        // An address needs no look-up; SOCKS 4 and 5 look the origin up here.
        const named = /[a-z]/i.test(host) && !host.includes(':');
        expect(names.filter((name) => name !== 'origin.test')).toEqual(named ? [host] : []);
        if (named) expect(port).toBe(expected.port);
        if (password != null && password.length > 2) {
          expect(JSON.stringify(error)).not.toContain(password);
        }
      });
    });
  }
}

/** By the class of the error, which the dialer chooses by what it dialled. */
function wayOf(error: SdkError): string {
  if (isSdkError(error, 'SDK_CONFIGURATION')) return 'refused';
  if (isSdkError(error, 'SDK_PROXY')) return error.proxy;
  return isSdkError(error, 'SDK_CONNECTION') || isSdkError(error, 'SDK_TLS')
    ? 'direct'
    : error.code;
}
