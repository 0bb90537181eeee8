import { describe, expect, test } from '@jest/globals';
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ProxyCredentials, ProxyCredentialsRequest, ProxyError } from '@sdk/common';
import { digestGate, scripts, startScriptedProxy } from '@sdk/testing';
import { shownBy } from '../refusal.js';
import { connect, keep, origin, proxy, rejection } from './stand.js';

const right = { username: 'ada', password: 'canary:100%' };
const wrong = { username: 'ada', password: 'canary-wrong' };

/** Over a proxy that wants `right` by Basic, with credentials from a function that keeps what it was told. */
async function asked(...answers: ProxyCredentials[]) {
  const [server, gate] = await Promise.all([origin(), proxy({ credentials: right })]);
  const told: ProxyCredentialsRequest[] = [];
  const credentials = (request: ProxyCredentialsRequest) => {
    told.push(request);
    return answers[told.length - 1] as ProxyCredentials;
  };
  const connection = connect(server.url, { httpProxy: { url: gate.url, credentials } });
  return { server, gate, told, connection };
}

const get = { method: 'GET', path: '/json', expect: 'bytes' } as const;

describe('a function for credentials', () => {
  test('is told the proxy, and asked once more after a 407, with the schemes that were offered', async () => {
    const { gate, told, connection } = await asked(wrong, right);
    expect((await connection.request(get)).status).toBe(200);
    expect(told).toEqual([
      { proxy: gate.url, attempt: 1, schemes: [] },
      { proxy: gate.url, attempt: 2, schemes: ['Basic'] },
    ]);
    expect(gate.stats).toMatchObject({ refused407: 1, forwards: 1 });
  });

  test('is asked once more for a tunnel, too', async () => {
    const [server, gate] = await Promise.all([origin(), proxy({ credentials: right })]);
    let asks = 0;
    const connection = connect(server.url, {
      httpProxy: {
        url: gate.url,
        tunnel: 'always',
        credentials: async ({ attempt }) => ((asks += 1), attempt === 1 ? wrong : right),
      },
    });
    await connection.request(get);
    expect([asks, gate.stats.connects, gate.stats.refused407]).toEqual([2, 1, 1]);
  });

  test('is asked once more only', async () => {
    const other = { username: 'ada', password: 'canary-other' };
    const { told, connection, gate } = await asked(wrong, other, right);
    const error = await rejection<ProxyError>(connection.request(get));
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', tried: ['Basic'] });
    expect([told.length, gate.stats.refused407]).toEqual([2, 2]);
    expect(shownBy(error)).not.toContain('canary');
  });

  test('is not believed twice: an answer that is equal to the first is not sent again', async () => {
    const { told, connection, gate } = await asked(wrong, { ...wrong });
    expect(await rejection(connection.request(get))).toMatchObject({ phase: 'auth', status: 407 });
    expect([told.length, gate.stats.refused407]).toEqual([2, 1]);
  });

  test('may answer another kind of credentials the second time', async () => {
    const gate = digestGate({ ...right, basic: 'accepted' });
    const { url } = keep(await startScriptedProxy(scripts.gated(gate)));
    const credentials = ({ attempt, schemes }: ProxyCredentialsRequest): ProxyCredentials =>
      attempt === 1 ? { token: 'canary' } : schemes.includes('Basic') ? right : wrong;
    const connection = connect((await origin()).url, { httpProxy: { url, credentials } });
    expect((await connection.request(get)).status).toBe(200);
    expect(gate.seen.map(({ outcome }) => outcome)).toEqual(['refused', 'passed']);
  });

  test('is not asked again where the body cannot be sent again', async () => {
    const { told, connection } = await asked(wrong, right);
    const body = createReadStream(fileURLToPath(import.meta.url));
    const error = await rejection(connection.request({ method: 'PUT', path: '/echo', body }));
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth' });
    expect(told).toHaveLength(1);
  });

  test('that throws the second time ends the request, and shows nothing of what it threw', async () => {
    const [server, gate] = await Promise.all([origin(), proxy({ credentials: right })]);
    const credentials = ({ attempt }: ProxyCredentialsRequest): ProxyCredentials => {
      if (attempt === 2) throw new Error('canary');
      return wrong;
    };
    const connection = connect(server.url, { httpProxy: { url: gate.url, credentials } });
    const error = await rejection(connection.request(get));
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', requestSent: 'no' });
    expect(shownBy(error)).not.toContain('canary');
  });

  test('is asked again after tinyproxy’s 401', async () => {
    const gate = keep(
      await startScriptedProxy(scripts.refuse(401, { headers: ['Server: tinyproxy/1.11.1'] })),
    );
    const attempts: number[] = [];
    const connection = connect((await origin()).url, {
      httpProxy: {
        url: gate.url,
        credentials: ({ attempt }) => (attempts.push(attempt), attempt === 1 ? wrong : right),
      },
    });
    const error = await rejection(connection.request(get));
    expect(error).toMatchObject({ phase: 'auth', status: 401, tried: ['Basic'], schemes: [] });
    expect(attempts).toEqual([1, 2]);
  });
});

describe('a body that is a stream, on its way when the proxy asks for Digest,', () => {
  async function stand() {
    const [server, gate] = [await origin(), digestGate(right)];
    const gateway = keep(await startScriptedProxy(scripts.gated(gate)));
    const httpProxy = { url: gateway.url, credentials: right };
    return { server, gate, connection: connect(server.url, { httpProxy, retry: false }) };
  }
  const file = fileURLToPath(import.meta.url);
  const put = { method: 'PUT', path: '/echo', expect: 'bytes' } as const;

  test('is opened anew and sent again', async () => {
    const { server, gate, connection } = await stand();
    let opened = 0;
    const body = () => ((opened += 1), createReadStream(file));
    expect((await connection.request({ ...put, body })).status).toBe(200);
    expect([opened, server.requests.length]).toEqual([2, 1]);
    expect(gate.seen.map(({ outcome }) => outcome)).toEqual(['refused', 'passed']);
    expect(gate.faults).toEqual([]);
  });

  test('ends the request where it can be read once, and the error says what to give instead', async () => {
    const { server, connection } = await stand();
    const error = await rejection<ProxyError>(
      connection.request({ ...put, body: createReadStream(file) }),
    );
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', requestSent: 'no' });
    expect(error.hint).toMatch(/Give a function that opens it/);
    expect(server.requests).toEqual([]);
  });
});

test('credentials in the URL are sent as Basic, and as Digest where the proxy asks for that', async () => {
  const [server, gate] = [await origin(), digestGate({ ...right, algorithms: ['SHA-256'] })];
  const { port } = keep(await startScriptedProxy(scripts.gated(gate)));
  const connection = connect(server.url, { httpProxy: `http://ada:canary:100%@127.0.0.1:${port}` });
  expect((await connection.request(get)).status).toBe(200);
  expect(gate.seen.map(({ authorization }) => authorization?.split(' ')[0])).toEqual([
    'Basic',
    'Digest',
  ]);
});

test('what belongs to one proxy of a list is never shown to the next', async () => {
  const server = await origin();
  const failing = keep(
    await startScriptedProxy(
      scripts.gated({ judge: () => ({ pass: false, status: 503, headers: [] }) }),
    ),
  );
  const open = keep(await startScriptedProxy(scripts.gated({ judge: () => ({ pass: true }) })));
  const connection = connect(server.url, {
    httpProxy: [
      {
        url: failing.url,
        tunnel: 'always',
        credentials: { token: 'canary' },
        headers: { 'X-A': 'canary' },
      },
      { url: open.url, tunnel: 'always' },
    ],
  });
  expect((await connection.request(get)).status).toBe(200);
  expect(failing.connections[0]?.received.toString()).toContain('Bearer canary');
  expect(open.connections[0]?.received.toString()).not.toMatch(/canary|Proxy-Auth/i);
});
