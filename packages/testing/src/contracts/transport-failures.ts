import { createServer } from 'node:net';
import type { AddressInfo, LookupFunction } from 'node:net';
import { isSdkError } from '@sdk/common';
import { scripts } from '../scripts.js';
import { serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { failureOf } from './transport-stand.js';

/** A port of loopback on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Finds no address for any name, as a resolver does that is asked for a name that is none. */
const lookup: LookupFunction = (name, _options, callback) => {
  const error = new Error(`getaddrinfo ENOTFOUND ${name}`);
  callback(Object.assign(error, { code: 'ENOTFOUND' }), []);
};

/** A failure of the wire is an error of the SDK, of the class that says whose failure it is. */
export function testFailures({ expect, can, on }: TransportBench): void {
  // Without the option the machine's own resolver is asked, which may take its time.
  const nameless = can.options ? { lookup } : {};

  on(
    'an origin that refuses the connection is a ConnectionError, and nothing was sent',
    async (stand) => {
      const url = `http://127.0.0.1:${await deadPort()}/`;
      const error = await failureOf(await stand.transport(), url);
      expect(isSdkError(error, 'SDK_CONNECTION')).toBe(true);
      expect(error).toMatchObject({ reason: 'ECONNREFUSED', requestSent: 'no', retryable: true });
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    },
  );

  on('an origin whose name has no address is a ConnectionError that names it', async (stand) => {
    const error = await failureOf(
      await stand.transport(nameless),
      'http://no-such-origin.invalid/',
    );
    expect(error).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'no' });
    expect(error['message']).toMatch(/no-such-origin\.invalid/);
    expect(error['reason']).toMatch(/^(ENOTFOUND|EAI_)/);
  });

  on(
    'an origin that closes without an answer is a ConnectionError: the request may have been seen',
    async (stand) => {
      for (const script of [scripts.closeEarly('after-head'), scripts.reset]) {
        const raw = await stand.scripted(script);
        const error = await failureOf(await stand.transport(), `${raw.url}/`);
        expect(error).toMatchObject({
          code: 'SDK_CONNECTION',
          reason: 'ECONNRESET',
          requestSent: 'maybe',
          retryable: true,
        });
        expect(error['reusedSocket']).toBe(undefined);
      }
    },
  );

  on(
    'an answer that is not HTTP is a ConnectionError that is not worth a second try',
    async (stand) => {
      for (const script of [scripts.garbage, scripts.answer('HTTP/9.9 huh\r\n\r\n')]) {
        const raw = await stand.scripted(script);
        const error = await failureOf(await stand.transport(), `${raw.url}/`);
        expect(error).toMatchObject({
          code: 'SDK_CONNECTION',
          requestSent: 'maybe',
          retryable: false,
        });
        expect(error['reason']).toMatch(/^HPE_/);
      }
    },
  );

  on(
    'an origin that closes within its handshake is a ConnectionError, not a TlsError',
    async (stand) => {
      const raw = await stand.scripted(
        (socket) => void socket.once('data', () => socket.destroy()),
      );
      const url = raw.url.replace('http:', 'https:');
      const error = await failureOf(await stand.transport(), `${url}/`);
      expect(error).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'no' });
    },
  );

  on('an https origin that answers in clear is a TlsError that says so', async (stand) => {
    const origin = await stand.origin();
    const url = origin.url.replace('http:', 'https:');
    const error = await failureOf(await stand.transport(), `${url}/`);
    expect(error).toMatchObject({ code: 'SDK_TLS', requestSent: 'no', retryable: false });
    expect(error['hint']).toMatch(/plain HTTP: write http:\/\//);
  });

  if (!can.proxies) return;

  on('a proxy that refuses the connection is a ProxyError of phase connect', async (stand) => {
    const via = serverAt({ url: `http://127.0.0.1:${await deadPort()}` });
    const transport = await stand.transport();
    for (const url of ['https://origin.test/', 'http://origin.test/']) {
      const error = await failureOf(transport, url, { via });
      expect(error).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'connect',
        proxy: via.href,
        requestSent: 'no',
        retryable: true,
      });
      expect(error['message']).toMatch(/could not be reached \(ECONNREFUSED\)/);
    }
  });

  on('a proxy whose name has no address is a ProxyError of phase resolve', async (stand) => {
    const via = serverAt({ url: 'http://no-such-proxy.invalid:3128' });
    const error = await failureOf(await stand.transport(nameless), 'https://origin.test/', { via });
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'resolve', requestSent: 'no' });
    expect(error['message']).toMatch(/no-such-proxy\.invalid/);
  });

  on('a failure behind a tunnel that stands is the origin’s, not the proxy’s', async (stand) => {
    const proxy = await stand.proxy();
    const broken = await stand.scripted(
      (socket) => void socket.once('data', () => socket.destroy()),
    );
    const closing = await stand.scripted(scripts.closeEarly('after-head'));
    const transport = await stand.transport();
    const within = await failureOf(transport, `${broken.url.replace('http:', 'https:')}/`, {
      via: serverAt(proxy),
    });
    expect(within).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'no' });
    const behind = await failureOf(transport, `${closing.url}/`, {
      via: serverAt(proxy, { tunnel: 'always' }),
    });
    expect(behind).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'maybe' });
  });
}
