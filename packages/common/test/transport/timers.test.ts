import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { AxiosTransport } from '@sdk/common';
import {
  startOrigin,
  startScriptedProxy,
  until,
  type Origin,
  type ScriptedProxy,
} from '@sdk/testing';
import { attempt, text } from './request.js';

let origin: Origin;
let transport: AxiosTransport;
let raw: ScriptedProxy | undefined;

beforeAll(async () => {
  origin = await startOrigin();
});
afterAll(() => origin.close());
beforeEach(() => {
  transport = new AxiosTransport({ maxSockets: 2 });
});
afterEach(async () => {
  await transport.close();
  await raw?.close();
  raw = undefined;
});

const gone = () => until(() => origin.openSockets() === 0, 'the origin saw the socket close');

test('headersMs bounds the wait for the answer', async () => {
  await expect(
    transport.send(attempt(`${origin.url}/hang`, { timeouts: { headersMs: 80 } })),
  ).rejects.toMatchObject({
    code: 'SDK_TIMEOUT',
    phase: 'headers',
    timeoutMs: 80,
    requestSent: 'maybe',
  });
  await gone();
});

test('idleMs bounds a silence in the body', async () => {
  const { body } = await transport.send(
    attempt(`${origin.url}/stall`, { timeouts: { idleMs: 80 } }),
  );
  await expect(text(body)).rejects.toMatchObject({
    code: 'SDK_TIMEOUT',
    phase: 'idle',
    requestSent: 'yes',
  });
  await gone();
});

test('idleMs does not end a body that drips', async () => {
  const { body } = await transport.send(
    attempt(`${origin.url}/drip?ms=40&count=8`, { timeouts: { idleMs: 150, headersMs: 150 } }),
  );
  expect(await text(body)).toBe('........');
});

test('idleMs does not end a body whose reader is slow', async () => {
  const { body } = await transport.send(
    attempt(`${origin.url}/bytes/3000000`, { timeouts: { idleMs: 60 } }),
  );
  await new Promise((resolve) => setTimeout(resolve, 250));
  let bytes = 0;
  for await (const chunk of body) bytes += (chunk as Buffer).length;
  expect(bytes).toBe(3_000_000);
});

test('idleMs bounds an upload whose peer takes nothing', async () => {
  let peer: Socket | undefined;
  raw = await startScriptedProxy((socket) => {
    peer = socket.pause().on('end', () => socket.end());
  });
  const endless = Readable.from(
    (function* () {
      for (let i = 0; i < 4_000; i += 1) yield Buffer.alloc(65_536);
    })(),
  );
  const sent = transport.send(
    attempt(`${raw.url}/`, { method: 'PUT', body: endless, timeouts: { idleMs: 150 } }),
  );
  await expect(sent).rejects.toMatchObject({ code: 'SDK_TIMEOUT', phase: 'idle' });
  expect(endless.destroyed).toBe(true);
  // Until it reads again the peer cannot see the end.
  peer?.resume();
  await until(() => raw?.openSockets() === 0);
});

test('headersMs counts from the end of the upload', async () => {
  async function* slowly() {
    for (let i = 0; i < 6; i += 1) {
      yield Buffer.from('x');
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
  const response = await transport.send(
    attempt(`${origin.url}/`, {
      method: 'PUT',
      body: Readable.from(slowly()),
      timeouts: { headersMs: 100 },
    }),
  );
  expect(JSON.parse(await text(response.body))).toMatchObject({ bodyBytes: 6 });
});

test('totalMs ends a body that drips on for ever', async () => {
  const { body } = await transport.send(
    attempt(`${origin.url}/drip?ms=20&count=500`, { timeouts: { totalMs: 150, idleMs: 100 } }),
  );
  await expect(text(body)).rejects.toMatchObject({
    code: 'SDK_TIMEOUT',
    phase: 'total',
    timeoutMs: 150,
  });
  await gone();
});

test('poolMs bounds the wait for a socket, and the wait ends when one comes free', async () => {
  const slow = [1, 2].map(() => transport.send(attempt(`${origin.url}/slow-headers?ms=200`)));
  await expect(
    transport.send(attempt(`${origin.url}/`, { timeouts: { poolMs: 50 } })),
  ).rejects.toMatchObject({
    code: 'SDK_TIMEOUT',
    phase: 'pool',
    requestSent: 'no',
  });
  const third = transport.send(attempt(`${origin.url}/`));
  for (const response of await Promise.all(slow)) await text(response.body);
  expect((await third).reusedSocket).toBe(true);
});

describe('an abort', () => {
  const reason = { any: 'value' };

  test('before the call sends nothing', async () => {
    const seen = origin.requests.length;
    await expect(
      transport.send(attempt(`${origin.url}/`, { signal: AbortSignal.abort(reason) })),
    ).rejects.toBe(reason);
    expect(origin.requests).toHaveLength(seen);
  });

  test('while waiting for the answer comes back as it is', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 40);
    await expect(
      transport.send(attempt(`${origin.url}/hang`, { signal: controller.signal })),
    ).rejects.toBe(reason);
    await gone();
  });

  test('in the body fails the body with the reason', async () => {
    const controller = new AbortController();
    const { body } = await transport.send(
      attempt(`${origin.url}/stall`, { signal: controller.signal }),
    );
    const why = new Error('enough');
    setTimeout(() => controller.abort(why), 40);
    await expect(text(body)).rejects.toBe(why);
    await gone();
  });

  test('while queued leaves the queue', async () => {
    const controller = new AbortController();
    const slow = [1, 2].map(() => transport.send(attempt(`${origin.url}/slow-headers?ms=150`)));
    setTimeout(() => controller.abort(reason), 20);
    await expect(
      transport.send(attempt(`${origin.url}/`, { signal: controller.signal })),
    ).rejects.toBe(reason);
    for (const response of await Promise.all(slow)) await text(response.body);
  });

  test('of a signal that 200 calls share ends them all without a warning of a leak', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => void warnings.push(warning);
    process.on('warning', listen);
    const controller = new AbortController();
    const many = new AxiosTransport();
    const calls = Array.from({ length: 200 }, () =>
      many.send(attempt(`${origin.url}/hang`, { signal: controller.signal })),
    );
    setTimeout(() => controller.abort(reason), 100);
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.every((each) => each.status === 'rejected' && each.reason === reason)).toBe(
      true,
    );
    await many.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });
});
