import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isSdkError } from '@sdk/common';
import { readSquidLog, readUntil } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { get, rejection, useConnections, withUserinfo } from './connections.js';
import { ENGINES } from './engines.js';
import { proxyTls, startOrigins } from './origins.js';

const { dante, haproxy, squid } = readEndpoints();
const portOf = (url: string): number => Number(new URL(url).port);
const SCHEMES = ['http', 'https'] as const;

describe.each(ENGINES)('several proxies on $name', (engine) => {
  const lab = useConnections(engine);
  let before: number;
  let dead: string;
  beforeEach(async () => {
    before = (await readSquidLog(squid.accessLog)).length;
    // A port that was somebody's a moment ago: nobody listens there.
    const gone = await startOrigins();
    dead = `http://127.0.0.1:${gone.http.port}`;
    await gone.close();
  });
  const noted = async (count: number) => {
    await lab.close();
    const ports = [lab.origins.http.port, lab.origins.https.port];
    const isOurs = ({ target }: { target: string }) =>
      ports.some((port) => new RegExp(`:${port}(?:/|$)`).test(target));
    return readUntil(
      async () => (await readSquidLog(squid.accessLog)).slice(before).filter(isOurs),
      (lines) => lines.length >= count,
    );
  };

  describe.each(SCHEMES)('a list for an %s: target', (scheme) => {
    test('that begins with a dead proxy goes on to squid, which notes the request, and rests the dead one', async () => {
      const there = lab.to(scheme, [dead, squid.open]);
      for (let i = 0; i < 3; i += 1) {
        expect((await there.request(get(`/${i}`))).body).toBe('hello');
      }
      expect(lab.origins[scheme].seen).toHaveLength(3);
      for (const { port } of await noted(1)) expect(port).toBe(portOf(squid.open));
    });

    test.each([
      ['a proxy whose certificate has expired', () => ({ url: haproxy.expired, tls: proxyTls })],
      ['a SOCKS proxy that is dead', () => dead.replace('http:', 'socks5h:')],
    ])('goes on over %s', async (_, first) => {
      expect((await lab.to(scheme, [first(), squid.open]).request(get('/'))).body).toBe('hello');
      expect(await noted(1)).toMatchObject([{ port: portOf(squid.open) }]);
    });

    test('goes direct only where it ends in direct', async () => {
      expect((await lab.to(scheme, [dead, 'direct']).request(get('/'))).body).toBe('hello');
      const error = await rejection(lab.to(scheme, [dead]).request(get('/')));
      expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'connect' });
      expect(lab.origins[scheme].seen).toHaveLength(1);
    });

    test('does not go on where squid refuses the credentials: that is an answer', async () => {
      const named = withUserinfo(squid.basic, squid.username, 'wrong');
      const error = await rejection(lab.to(scheme, [named, squid.open]).request(get('/')));
      expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', status: 407 });
      expect(lab.origins[scheme].seen).toEqual([]);
      for (const { port } of await noted(1)) expect(port).toBe(portOf(squid.basic));
    });

    test('may mix SOCKS and HTTP', async () => {
      const there = lab.to(scheme, [`socks5h://${dante.open}`, squid.open]);
      expect((await there.request(get('/'))).body).toBe('hello');
      expect(await readSquidLog(squid.accessLog)).toHaveLength(before);
    });
  });

  describe('a PAC file', () => {
    const files = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'application/x-ns-proxy-autoconfig');
      response.end(script);
    });
    let asked: string[] = [];
    let script = '';
    let pacUrl: string;
    beforeEach(async () => {
      asked = [];
      files.listen(0, '127.0.0.1');
      await once(files, 'listening');
      pacUrl = `pac+http://127.0.0.1:${(files.address() as AddressInfo).port}/proxy.pac`;
    });
    afterEach(async () => {
      files.closeAllConnections();
      files.close();
      await once(files, 'close');
    });
    const answering = (answer: string) =>
      `function FindProxyForURL(url, host) { return ${JSON.stringify(answer)}; }`;

    test.each(SCHEMES)('that names squid sends an %s: target through squid', async (scheme) => {
      script = answering(`PROXY 127.0.0.1:${portOf(squid.open)}`);
      const there = lab.to(scheme, pacUrl);
      for (let i = 0; i < 3; i += 1) {
        expect((await there.request(get(`/${i}`))).body).toBe('hello');
      }
      expect(asked).toEqual(['/proxy.pac']);
      const lines = await noted(1);
      expect(lines.length).toBeGreaterThan(0);
      for (const { port } of lines) expect(port).toBe(portOf(squid.open));
    });

    test('that names a dead proxy and then squid goes on to squid', async () => {
      script = answering(`PROXY ${new URL(dead).host}; PROXY 127.0.0.1:${portOf(squid.open)}`);
      expect((await lab.to('https', pacUrl).request(get('/'))).body).toBe('hello');
      expect(await noted(1)).toMatchObject([{ port: portOf(squid.open) }]);
    });

    test('may name a SOCKS proxy, and another way for each host', async () => {
      script = `function FindProxyForURL(url, host) {
        if (dnsDomainIs(host, '.lab.test')) return 'SOCKS5 ${dante.open}';
        return 'DIRECT';
      }`;
      const named = lab.to('https', pacUrl, { host: squid.originName });
      expect((await named.request(get('/'))).body).toBe('hello');
      expect((await lab.to('https', pacUrl).request(get('/'))).body).toBe('hello');
      expect(await readSquidLog(squid.accessLog)).toHaveLength(before);
    });

    test('that throws is a ProxyError of phase resolve, and nothing goes direct', async () => {
      script = 'function FindProxyForURL() { throw new Error("broken"); }';
      const error = await rejection(lab.to('https', pacUrl).request(get('/')));
      expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'resolve', requestSent: 'no' });
      expect(isSdkError(error)).toBe(true);
      expect(lab.origins.https.seen).toEqual([]);
    });
  });
});
