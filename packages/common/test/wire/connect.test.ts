import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  AxiosTransport,
  isSdkError,
  ProxyServer,
  type ProxyError,
  type SdkError,
} from '@sdk/common';
import {
  createCertificateAuthority,
  scripts,
  startOrigin,
  startScriptedProxy,
  until,
  type CertificateAuthority,
  type ConnectionScript,
  type Origin,
  type ScriptedProxy,
} from '@sdk/testing';
import { attempt, text, type Attempt } from '../transport/request.js';

let authority: CertificateAuthority;
let secure: Origin;
let plain: Origin;
let transport: AxiosTransport;
let proxy: ScriptedProxy | undefined;

beforeAll(async () => {
  authority = await createCertificateAuthority();
  secure = await startOrigin({
    tls: await authority.issue({ hosts: ['127.0.0.1', '::1', 'localhost'] }),
  });
  plain = await startOrigin();
});
afterAll(() => Promise.all([secure.close(), plain.close()]));
beforeEach(() => {
  transport = new AxiosTransport();
});
afterEach(async () => {
  await transport.close();
  await proxy?.close();
  proxy = undefined;
});

const server = (more = {}) =>
  new ProxyServer({ protocol: 'http:', host: '127.0.0.1', port: proxy?.port ?? 0, ...more });

async function through(script: ConnectionScript, more: Attempt = {}) {
  proxy = await startScriptedProxy(script);
  return transport.send(
    attempt(`${secure.url}/secret`, { via: server(), tls: { ca: authority.cert }, ...more }),
  );
}

async function failure(sent: Promise<unknown>): Promise<SdkError> {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isSdkError(error)) throw new Error(`not an SDK error: ${String(error)}`);
  return error;
}

/** Seen at the proxy, before anything is torn down. */
const socketsGone = () => until(() => proxy?.openSockets() === 0, 'the proxy saw the socket close');

test.each([
  ['200', 'HTTP/1.1 200 Connection established'],
  ['200 of HTTP/1.0', 'HTTP/1.0 200 OK'],
  ['200 without a reason', 'HTTP/1.1 200'],
  ['201', 'HTTP/1.1 201 Created'],
  ['204', 'HTTP/1.1 204 No Content'],
  ['299', 'HTTP/1.1 299 Whatever'],
  ['200 behind an interim 100', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK'],
])('a CONNECT answered by %s is a tunnel', async (_name, statusLine) => {
  const response = await through(scripts.tunnel({ statusLine }));
  expect(response.status).toBe(200);
  await text(response.body);
});

test('bytes glued to the answer belong to the tunnel', async () => {
  proxy = await startScriptedProxy(async (socket, api) => {
    await api.head();
    socket.write('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nglued');
  });
  const sent = attempt(`${plain.url}/`, { via: server({ tunnel: 'always' }) });
  expect(await text((await transport.send(sent)).body)).toBe('glued');
});

test('an answer that comes in single bytes is read', async () => {
  const response = await through((socket, api) => {
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
  await text(response.body);
  expect(response.status).toBe(200);
});

test.each([
  ['403', scripts.refuse(403), { phase: 'tunnel', status: 403, retryable: false }, /forbids/],
  [
    '502',
    scripts.refuse(502),
    { phase: 'tunnel', status: 502, retryable: true },
    /could not reach/,
  ],
  [
    '503',
    scripts.refuse(503),
    { phase: 'tunnel', status: 503, retryable: true },
    /could not reach/,
  ],
  [
    '302',
    scripts.refuse(302, { headers: ['Location: http://login/'] }),
    { phase: 'tunnel', status: 302 },
    /./,
  ],
  [
    '407',
    scripts.refuse(407, {
      headers: ['Proxy-Authenticate: Basic realm="x"', 'Proxy-Authenticate: Negotiate'],
    }),
    { phase: 'auth', status: 407 },
    /offers: Basic, Negotiate/,
  ],
  ['401, as tinyproxy does', scripts.refuse(401), { phase: 'auth', status: 401 }, /credentials/],
  ['no answer', scripts.closeEarly('after-head'), { phase: 'tunnel' }, /log/],
  ['a close at once', scripts.closeEarly('at-once'), { phase: 'tunnel' }, /./],
  ['a reset', scripts.reset, { phase: 'tunnel' }, /./],
  ['garbage', scripts.garbage, { phase: 'tunnel' }, /HTTP proxy/],
  ['TLS', scripts.tlsInClear, { phase: 'tunnel' }, /https:\/\//],
  ['a head of bare line feeds', scripts.answer('HTTP/1.1 200 OK\n\n'), { phase: 'tunnel' }, /./],
  ['half a head', scripts.answer('HTTP/1.1 200 OK\r\nX: ', 'end'), { phase: 'tunnel' }, /./],
  ['a status that is none', scripts.answer('HTTP/1.1 2xx OK\r\n\r\n'), { phase: 'tunnel' }, /./],
  ['a header above 64 KiB', scripts.endlessHeader(1024 * 1024), { phase: 'tunnel' }, /./],
])(
  'a CONNECT answered by %s is a ProxyError, and nothing else was sent',
  async (_name, script, facts, hint) => {
    const error = await failure(through(script, { headers: ['Authorization', 'Bearer canary'] }));
    expect(error).toMatchObject({
      code: 'SDK_PROXY',
      requestSent: 'no',
      proxy: proxy?.url,
      ...facts,
    });
    expect((error as ProxyError).hint).toMatch(hint);
    const received = proxy?.connections[0]?.received.toString('latin1') ?? '';
    expect(received).toMatch(/^(CONNECT 127\.0\.0\.1:\d+ HTTP\/1\.1\r\n|$)/);
    expect(received).not.toMatch(/canary|secret|authorization/i);
    await socketsGone();
  },
);

test('the credentials of a refused proxy are in no output of the error', async () => {
  proxy = await startScriptedProxy(scripts.refuse(407));
  const via = server({ username: 'ada', password: 'canary-password' });
  const error = await failure(transport.send(attempt(`${secure.url}/`, { via })));
  const { inspect } = await import('node:util');
  const output = `${error.message}${JSON.stringify(error)}${inspect(error, { depth: 9, showHidden: true })}${error.stack}`;
  expect(output).not.toMatch(/canary|Y2FuYXJ5|YWRhOm/);
});

test('what a proxy echoes in its refusal is in no output, but its own word for it is', async () => {
  const echo = 'Basic YWRhOmNhbmFyeQ==';
  proxy = await startScriptedProxy(
    scripts.refuse(502, { headers: [`Proxy-Status: squid; error=dns_error; details="${echo}"`] }),
  );
  const via = server({ username: 'ada', password: 'canary' });
  const error = await failure(transport.send(attempt(`${secure.url}/`, { via })));
  expect(error.message).toMatch(/\(502: dns_error\)/);
  expect(error.message + JSON.stringify(error)).not.toMatch(/YWRhO|canary/);
});

test('what Node hangs on an error of its own stays behind', async () => {
  const other = await startOrigin({ tls: await authority.issue({ hosts: ['other.test'] }) });
  const sent = transport.send(attempt(`${other.url}/`, { tls: { ca: authority.cert } }));
  const error = await failure(sent);
  expect(error.cause).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  expect(error.cause).not.toHaveProperty('cert');
  await other.close();
});

test('a silent proxy times out in the time asked and leaves no socket', async () => {
  const start = performance.now();
  const error = await failure(through(scripts.silent, { timeouts: { proxyMs: 150 } }));
  expect(error).toMatchObject({
    code: 'SDK_TIMEOUT',
    phase: 'proxy',
    timeoutMs: 150,
    requestSent: 'no',
    retryable: false,
  });
  expect(performance.now() - start).toBeLessThan(1_000);
  await socketsGone();
});

test('an abort during CONNECT destroys the socket and comes back as it is', async () => {
  const controller = new AbortController();
  const reason = { my: 'reason' };
  const sent = through(scripts.silent, { signal: controller.signal });
  const outcome = expect(sent).rejects.toBe(reason);
  await until(() => (proxy?.connections.length ?? 0) > 0);
  controller.abort(reason);
  await outcome;
  await socketsGone();
});

test('a tunnel whose origin never shakes hands times out as the origin, not as the proxy', async () => {
  const mute = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const { port } = mute.address() as AddressInfo;
  proxy = await startScriptedProxy(scripts.tunnel());
  const sent = attempt(`https://127.0.0.1:${port}/`, {
    via: server(),
    timeouts: { connectMs: 150 },
  });
  expect(await failure(transport.send(sent))).toMatchObject({
    code: 'SDK_TIMEOUT',
    phase: 'connect',
  });
  await socketsGone();
  mute.close();
});

test("a refused connection is the proxy's, with the way to mend it", async () => {
  proxy = await startScriptedProxy(scripts.silent);
  const via = server();
  await proxy.close();
  const error = await failure(transport.send(attempt(`${secure.url}/`, { via })));
  expect(error).toMatchObject({
    code: 'SDK_PROXY',
    phase: 'connect',
    requestSent: 'no',
    retryable: true,
  });
  expect(error.message).toMatch(/could not be reached \(ECONNREFUSED\)/);
});

test('a proxy name that does not resolve is a ProxyError of phase resolve', async () => {
  const via = new ProxyServer({ protocol: 'http:', host: 'no-such-proxy.invalid', port: 3128 });
  const error = await failure(transport.send(attempt(`${secure.url}/`, { via })));
  expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'resolve' });
});

test('https:// in front of a plain proxy is recognised', async () => {
  proxy = await startScriptedProxy(async (socket, api) => {
    await new Promise((resolve) => socket.once('data', resolve));
    void api;
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  const error = await failure(
    transport.send(attempt(`${secure.url}/`, { via: server({ protocol: 'https:' }) })),
  );
  expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'tls', requestSent: 'no' });
  expect(error.hint).toMatch(/plain HTTP: write http:\/\//);
});

test('the certificate of an https proxy is checked by httpProxy.tls alone', async () => {
  proxy = await startScriptedProxy(scripts.tunnel(), {
    tls: await authority.issue({ hosts: ['127.0.0.1'] }),
  });
  const trusting = { tls: { ca: authority.cert } };
  const distrusted = await failure(
    transport.send(attempt(`${secure.url}/`, { via: server({ protocol: 'https:' }), ...trusting })),
  );
  expect(distrusted).toMatchObject({ code: 'SDK_PROXY', phase: 'tls' });
  expect(distrusted.hint).toMatch(/httpProxy\.tls\.ca/);
  const blind = { protocol: 'https:', tls: { rejectUnauthorized: false } };
  const unverifiedOrigin = await failure(
    transport.send(attempt(`${secure.url}/`, { via: server(blind) })),
  );
  expect(unverifiedOrigin).toMatchObject({ code: 'SDK_TLS' });
});

test('an origin whose certificate is not trusted is a TlsError that names tls.ca and the intercepting proxy', async () => {
  const error = await failure(through(scripts.tunnel(), { tls: undefined }));
  expect(error).toMatchObject({ code: 'SDK_TLS', requestSent: 'no' });
  expect(error.hint).toMatch(/tls\.ca; behind an intercepting proxy/);
  await socketsGone();
});

test('CONNECT and its Host write an IPv6 address in brackets', async () => {
  const six = await startOrigin({ host: '::1', tls: await authority.issue({ hosts: ['::1'] }) });
  proxy = await startScriptedProxy(scripts.tunnel());
  const response = await transport.send(
    attempt(`${six.url}/`, { via: server(), tls: { ca: authority.cert } }),
  );
  await text(response.body);
  expect(proxy.connections[0]?.received.toString('latin1')).toMatch(
    new RegExp(`^CONNECT \\[::1\\]:${six.port} HTTP/1\\.1\\r\\nHost: \\[::1\\]:${six.port}\\r\\n`),
  );
  await six.close();
});

test('a certificate that does not list the IPv6 address is refused', async () => {
  const six = await startOrigin({
    host: '::1',
    tls: await authority.issue({ hosts: ['127.0.0.1'] }),
  });
  const error = await failure(
    transport.send(attempt(`${six.url}/`, { tls: { ca: authority.cert } })),
  );
  expect(error).toMatchObject({ code: 'SDK_TLS', reason: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  await six.close();
});

test('a proxy on an IPv6 address is reached', async () => {
  proxy = await startScriptedProxy(scripts.tunnel(), { host: '::1' });
  const response = await transport.send(
    attempt(`${secure.url}/`, { via: server({ host: '::1' }), tls: { ca: authority.cert } }),
  );
  expect(response.status).toBe(200);
  await text(response.body);
});

test('headers for the proxy reach the proxy alone, those of the request the origin alone', async () => {
  const response = await (async () => {
    proxy = await startScriptedProxy(scripts.tunnel());
    const via = server({ headers: ['X-For-Proxy', 'yes'] });
    return transport.send(
      attempt(`${secure.url}/`, {
        via,
        tls: { ca: authority.cert },
        headers: ['X-For-Origin', 'yes'],
      }),
    );
  })();
  const echo = await text(response.body);
  expect(echo).toContain('X-For-Origin');
  expect(echo).not.toContain('X-For-Proxy');
  const connect = proxy?.connections[0]?.received.toString('latin1').split('\r\n\r\n')[0];
  expect(connect).toContain('X-For-Proxy: yes');
  expect(connect).not.toContain('X-For-Origin');
});

test('a route over a PAC file is refused before a socket opens', async () => {
  proxy = await startScriptedProxy(scripts.silent);
  const via = server({ protocol: 'pac+http:', pac: 'http://wpad/proxy.pac' });
  const error = await failure(transport.send(attempt(`${secure.url}/`, { via })));
  expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'httpProxy' });
  expect(error.message).toContain('names a file that chooses proxies');
  expect(proxy.connections).toHaveLength(0);
});
