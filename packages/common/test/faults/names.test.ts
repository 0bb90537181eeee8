/** Names without an address, the origin's and a proxy's: look-ups that fail, and one that never answers. */
import { describe, expect, test } from '@jest/globals';
import type { LookupFunction } from 'node:net';
import { startOrigin, startProxy, startSocks } from '@sdk/testing';
import { keep, rejection } from '../connection/stand.js';
import { ENGINES, meet, over, POST, SHORT_MS, type Place } from './stand.js';

const FAILURES = ['ENOTFOUND', 'EAI_AGAIN'] as const;
type Fault = (typeof FAILURES)[number] | 'silence';

/** Whose name it is, by the way that needs it. */
const ORIGINS = ['directly', 'through SOCKS that wants addresses'] as const;
const PROXIES = ['in absolute-form', 'through a tunnel', 'through SOCKS'] as const;
type Whose = (typeof ORIGINS)[number] | (typeof PROXIES)[number];

const ORIGIN = 'no-such-origin.test';
const PROXY = 'no-such-proxy.test';

/** A place whose one name is found only once the fault is mended. */
async function nameless(
  whose: Whose,
  fault: Fault,
): Promise<Place & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  let healed = false;
  const lookup: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname);
    if (healed) callback(null, '127.0.0.1', 4);
    else if (fault !== 'silence') {
      callback(Object.assign(new Error(`getaddrinfo ${fault}`), { code: fault }), '', 0);
    }
  };
  const origin = keep(await startOrigin({ handler: (_request, response) => response.end('well') }));
  const proxy = keep(await startProxy());
  const socks = keep(await startSocks());
  const named = `http://${ORIGIN}:${origin.port}`;
  const way = {
    directly: { endpoint: named, httpProxy: false },
    'through SOCKS that wants addresses': {
      endpoint: named,
      httpProxy: `socks5://${socks.authority}`,
    },
    'in absolute-form': { endpoint: origin.url, httpProxy: `http://${PROXY}:${proxy.port}` },
    'through a tunnel': {
      endpoint: origin.url,
      httpProxy: { url: `http://${PROXY}:${proxy.port}`, tunnel: 'always' },
    },
    'through SOCKS': { endpoint: origin.url, httpProxy: `socks5h://${PROXY}:${socks.port}` },
  } as const;
  return {
    options: way[whose],
    servers: [origin, proxy, socks],
    arrived: () => asked.length,
    asked,
    heal: () => (healed = true),
    sockets: { lookup },
  };
}

describe.each(ENGINES)('$engine', (engine) => {
  describe.each(FAILURES)('where a look-up ends in %s', (fault) => {
    test.each(ORIGINS)('the origin is told to have no address, %s', async (whose) => {
      const place = await nameless(whose, fault);
      const { facts, tries } = await meet(engine, place, POST);
      expect(facts).toMatchObject({
        code: 'SDK_CONNECTION',
        reason: fault,
        requestSent: 'no',
        retryable: true,
        message: expect.stringContaining(ORIGIN),
      });
      expect([tries, place.asked]).toEqual([3, [ORIGIN, ORIGIN, ORIGIN, ORIGIN]]);
    });

    test.each(PROXIES)('the proxy is told to have no address, %s', async (whose) => {
      const place = await nameless(whose, fault);
      const { facts, tries } = await meet(engine, place, POST);
      expect(facts).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'resolve',
        requestSent: 'no',
        retryable: true,
        message: expect.stringContaining(PROXY),
        cause: { code: fault },
      });
      expect([tries, place.asked]).toEqual([3, [PROXY, PROXY, PROXY, PROXY]]);
    });
  });

  test.each(ORIGINS)(
    'a look-up that never answers ends with the time to connect, %s',
    async (whose) => {
      const place = await nameless(whose, 'silence');
      const timeouts = { connectMs: SHORT_MS };
      const { facts, tries } = await meet(engine, place, { ...POST, timeouts });
      expect(facts).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'connect', requestSent: 'no' });
      expect([tries, place.asked]).toEqual([3, [ORIGIN, ORIGIN, ORIGIN, ORIGIN]]);
    },
  );

  test.each(PROXIES)(
    'a look-up that never answers ends with the time of the proxy, %s',
    async (whose) => {
      const place = await nameless(whose, 'silence');
      const timeouts = { proxyMs: SHORT_MS };
      const { facts, tries } = await meet(engine, place, { ...POST, timeouts });
      expect(facts).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'proxy', requestSent: 'no' });
      expect([tries, place.asked]).toEqual([1, [PROXY, PROXY]]);
    },
  );

  test('the resolver of this machine, whatever it is, is heard like any other', async () => {
    // A machine without a network may take its time to say so.
    const connection = over(engine, {
      endpoint: 'https://no-such-origin.invalid',
      retry: false,
      timeouts: { connectMs: 50_000 },
    });
    expect(await rejection(connection.request({ method: 'GET', path: '/' }))).toMatchObject({
      code: 'SDK_CONNECTION',
      reason: expect.stringMatching(/^(ENOTFOUND|EAI_)/),
      requestSent: 'no',
    });
  });
});
