import type { ConnectionScript } from '../scripted-proxy.js';
import { scripts } from '../scripts.js';
import { until } from '../until.js';
import { serverAt, type Attempt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, type TransportStand } from './transport-stand.js';

/** An answer to CONNECT that opens no tunnel. */
interface Refusal {
  readonly by: string;
  readonly script: ConnectionScript;
  readonly facts: Record<string, unknown>;
  readonly hint?: RegExp;
}

const STATUSES: readonly Refusal[] = [
  { by: '302', script: scripts.refuse(302, { headers: ['Location: http://a/'] }), facts: {} },
  { by: '403', script: scripts.refuse(403), facts: { retryable: false }, hint: /forbids/ },
  { by: '404', script: scripts.refuse(404, { body: '{"id":"not_found"}' }), facts: {} },
  { by: '429', script: scripts.refuse(429), facts: { retryable: true } },
  { by: '500', script: scripts.refuse(500), facts: {} },
  { by: '502', script: scripts.refuse(502), facts: { retryable: true }, hint: /not reach/ },
  { by: '503', script: scripts.refuse(503), facts: { retryable: true }, hint: /not reach/ },
  { by: '504', script: scripts.refuse(504), facts: { retryable: true }, hint: /not reach/ },
].map((each) => ({ ...each, facts: { ...each.facts, status: Number(each.by) } }));

const BREAKS: readonly Refusal[] = [
  { by: 'no answer', script: scripts.closeEarly('after-head'), facts: {}, hint: /log/ },
  { by: 'a close at once', script: scripts.closeEarly('at-once'), facts: {} },
  { by: 'a reset', script: scripts.reset, facts: {} },
  { by: 'garbage', script: scripts.garbage, facts: {}, hint: /HTTP proxy/ },
  { by: 'TLS', script: scripts.tlsInClear, facts: {}, hint: /https:\/\// },
  { by: 'bare line feeds', script: scripts.answer('HTTP/1.1 200 OK\n\n'), facts: {} },
  { by: 'half a head', script: scripts.answer('HTTP/1.1 200 OK\r\nX: ', 'end'), facts: {} },
  { by: 'a status that is none', script: scripts.answer('HTTP/1.1 2xx OK\r\n\r\n'), facts: {} },
];

/** The CONNECT: what it says, what its answer means, and that a refusal of it is the proxy's own. */
export function testConnect({ expect, on }: TransportBench): void {
  /** Fails through a proxy that plays `script`; nothing but a CONNECT may have been sent to it. */
  const refused = async (stand: TransportStand, { script, facts, hint = /./ }: Refusal) => {
    const proxy = await stand.scripted(script);
    const origin = await stand.secureOrigin();
    const error = await failureOf(await stand.transport(), `${origin.url}/secret`, {
      via: serverAt(proxy),
      tls: await stand.trust(),
      headers: ['Authorization', 'Bearer canary'],
    });
    expect(error).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'tunnel',
      requestSent: 'no',
      proxy: proxy.url,
      ...facts,
    });
    expect(error['hint']).toMatch(hint);
    const received = proxy.connections[0]?.received.toString('latin1') ?? '';
    expect(received).toMatch(/^(CONNECT 127\.0\.0\.1:\d+ HTTP\/1\.1\r\n|$)/);
    expect(received).not.toMatch(/canary|secret|authorization/i);
    await until(() => proxy.openSockets() === 0, 'the proxy saw the socket close');
  };

  const tunnelled = async (stand: TransportStand, script: ConnectionScript, more: Attempt = {}) => {
    const [origin, proxy] = [await stand.secureOrigin(), await stand.scripted(script)];
    const tls = await stand.trust();
    const transport = await stand.transport();
    const via = serverAt(proxy, { headers: ['X-For-Proxy', 'yes'] });
    const answer = await exchange(transport, `${origin.url}/`, { via, tls, ...more });
    return { answer, origin, head: proxy.connections[0]!.received.toString('latin1') };
  };

  on(
    'an https target is reached by CONNECT, and nothing but the CONNECT reaches the proxy in clear',
    async (stand) => {
      const [origin, proxy] = [await stand.secureOrigin(), await stand.proxy()];
      await exchange(await stand.transport(), `${origin.url}/secret`, {
        via: serverAt(proxy),
        tls: await stand.trust(),
        headers: ['Authorization', 'Bearer canary'],
      });
      expect(proxy.requests.map(({ method }) => method)).toEqual(['CONNECT']);
      expect(proxy.requests[0]?.target).toBe(`127.0.0.1:${origin.port}`);
      expect(JSON.stringify(proxy.requests)).not.toMatch(/canary|secret|authorization/i);
    },
  );

  on('any 2xx to CONNECT is a tunnel, HTTP/1.0 included', async (stand) => {
    for (const statusLine of [
      'HTTP/1.1 200 Connection established',
      'HTTP/1.0 200 OK',
      'HTTP/1.1 200',
      'HTTP/1.1 201 Created',
      'HTTP/1.1 204 No Content',
      'HTTP/1.1 299 Whatever',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK',
    ]) {
      const { answer } = await tunnelled(stand, scripts.tunnel({ statusLine }));
      expect([statusLine, answer.status]).toEqual([statusLine, 200]);
    }
  });

  on(
    'anything but 2xx to CONNECT is a ProxyError with its status and a hint, never the answer of the origin',
    async (stand) => {
      for (const each of STATUSES) await refused(stand, each);
    },
  );

  on(
    'a proxy that closes early, answers garbage or answers in TLS is a ProxyError that says which',
    async (stand) => {
      for (const each of BREAKS) await refused(stand, each);
    },
  );

  on('the header of an answer to CONNECT is capped at 64 KiB', async (stand) => {
    await refused(stand, { by: '', script: scripts.endlessHeader(1024 * 1024), facts: {} });
    const headers = Array.from({ length: 60 }, () => `X: ${'y'.repeat(1_000)}`);
    const { answer } = await tunnelled(stand, scripts.tunnel({ headers }));
    expect(answer.status).toBe(200);
  });

  on('bytes that arrive behind the answer to CONNECT belong to the tunnel', async (stand) => {
    const origin = await stand.origin();
    const proxy = await stand.scripted(async (socket, api) => {
      await api.head();
      socket.write('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nglued');
    });
    const via = serverAt(proxy, { tunnel: 'always' });
    const { text } = await exchange(await stand.transport(), `${origin.url}/`, { via });
    expect(text).toBe('glued');
    expect(origin.requests.length).toBe(0);
  });

  on('an answer to CONNECT that comes in single bytes is read', async (stand) => {
    const { answer } = await tunnelled(stand, (socket, api) => {
      const write = socket.write.bind(socket);
      let first = true;
      socket.write = (chunk: Buffer, ...rest: never[]) => {
        if (!first) return write(chunk, ...rest);
        first = false;
        for (const byte of chunk) write(Buffer.from([byte]));
        return true;
      };
      return scripts.tunnel()(socket, api);
    });
    expect(answer.status).toBe(200);
  });

  on(
    'headers of the request never reach the CONNECT, and headers of the proxy never reach the origin',
    async (stand) => {
      const headers = ['X-For-Origin', 'yes', 'Authorization', 'Bearer canary'];
      const { head, answer } = await tunnelled(stand, scripts.tunnel(), { headers });
      const connect = head.split('\r\n\r\n')[0]!;
      expect(connect).toMatch(/^X-For-Proxy: yes$/im);
      expect(connect).not.toMatch(/X-For-Origin|canary/i);
      expect(answer.text).toMatch(/X-For-Origin/i);
      expect(answer.text).not.toMatch(/X-For-Proxy/i);
    },
  );

  on('the CONNECT asks for the origin by Host, and adds nothing else of its own', async (stand) => {
    const { head, origin } = await tunnelled(stand, scripts.tunnel());
    const target = `127.0.0.1:${origin.port}`;
    const lines = head.split('\r\n\r\n')[0]!.split('\r\n');
    expect(lines).toEqual([`CONNECT ${target} HTTP/1.1`, `Host: ${target}`, 'X-For-Proxy: yes']);
  });

  on('CONNECT and its Host write an IPv6 address in brackets', async (stand) => {
    const [origin, proxy] = [
      await stand.secureOrigin({ host: '::1' }),
      await stand.scripted(scripts.tunnel()),
    ];
    const tls = await stand.trust();
    await exchange(await stand.transport(), `${origin.url}/`, { via: serverAt(proxy), tls });
    const target = `[::1]:${origin.port}`;
    const [connect, host] = proxy.connections[0]!.received.toString('latin1').split('\r\n');
    expect([connect, host]).toEqual([`CONNECT ${target} HTTP/1.1`, `Host: ${target}`]);
  });

  on('a proxy on an IPv6 address is reached', async (stand) => {
    const origin = await stand.secureOrigin();
    const proxy = await stand.scripted(scripts.tunnel(), { host: '::1' });
    const tls = await stand.trust();
    const via = serverAt(proxy);
    const { status } = await exchange(await stand.transport(), `${origin.url}/`, { via, tls });
    expect([status, via.host]).toEqual([200, '::1']);
  });

  on('behind a tunnel a 407 is the answer of the origin', async (stand) => {
    const origin = await stand.secureOrigin();
    const via = serverAt(await stand.proxy());
    const tls = await stand.trust();
    const url = `${origin.url}/set?status=407&proxy-authenticate=Basic`;
    expect((await exchange(await stand.transport(), url, { via, tls })).status).toBe(407);
  });

  on(
    'a way that nobody can dial is refused before a socket opens: never ignored, never direct',
    async (stand) => {
      const proxy = await stand.scripted(scripts.silent);
      const via = serverAt(proxy, { protocol: 'pac+http:', pac: 'http://wpad/proxy.pac' });
      const error = await failureOf(await stand.transport(), 'https://origin.test/', { via });
      expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'httpProxy' });
      expect(proxy.connections.length).toBe(0);
    },
  );
}
