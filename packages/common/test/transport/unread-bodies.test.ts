import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  AxiosTransport,
  CHANNELS,
  type SocketOptions,
  type Transport,
  type WarningEvent,
} from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import { startOrigin, until, type Origin } from '@sdk/testing';
import { attempt, text } from './request.js';

const ENGINES: readonly [name: string, make: (options: SocketOptions) => Transport][] = [
  ['AxiosTransport', (options) => new AxiosTransport(options)],
  ['UndiciTransport', (options) => new UndiciTransport(options)],
];

describe.each(ENGINES)('with %s', (_name, make) => {
  let origin: Origin;
  let transport: Transport;
  let emitted: jest.SpiedFunction<typeof process.emitWarning>;
  const told: WarningEvent[] = [];
  const onTold = (event: unknown): void => void told.push(event as WarningEvent);

  beforeEach(async () => {
    told.length = 0;
    subscribe(CHANNELS.warning, onTold);
    emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    origin = await startOrigin();
    transport = make({ maxSockets: 2 });
  });
  afterEach(async () => {
    unsubscribe(CHANNELS.warning, onTold);
    emitted.mockRestore();
    await transport.close();
    await origin.close();
  });

  const send = (path: string, timeouts = {}) =>
    transport.send(attempt(`${origin.url}${path}`, { timeouts }));

  test.each([
    ['is on its way', '/bytes/3000000'],
    ['has stopped coming', '/stall'],
  ])('a body that %s and that nobody reads loses its socket to who waits', async (_how, path) => {
    const left = [await send(path), await send(path)];
    const third = await send('/', { poolMs: 30_000 });
    expect(JSON.parse(await text(third.body))).toMatchObject({ url: '/' });
    await until(() => left.filter(({ body }) => body.destroyed).length === 1);
    // The oldest goes first, and only as many as are waited for.
    expect(left.map(({ body }) => body.destroyed)).toEqual([true, false]);
    expect(told).toHaveLength(1);
    left[1]?.body.destroy();
  });

  test('a short body that has come whole keeps nobody waiting for long', async () => {
    for (let i = 0; i < 2; i += 1) await send('/bytes/10');
    const third = await send('/', { poolMs: 30_000 });
    expect(await text(third.body)).toContain('"url":"/"');
  });

  test('the wait is short enough for a poolMs below two seconds', async () => {
    for (let i = 0; i < 2; i += 1) await send('/bytes/3000000');
    const third = await send('/', { poolMs: 800 });
    expect(await text(third.body)).toContain('"url":"/"');
  });

  test('without anybody who waits, an unread body loses its socket after idleMs', async () => {
    const { body } = await send('/bytes/3000000', { idleMs: 100 });
    await until(() => body.destroyed, 'the body was given up');
    await until(() => origin.openSockets() === 0, 'the origin saw the socket close');
    expect(told).toHaveLength(1);
  });

  test('who reads too late is told why', async () => {
    const { body } = await send('/bytes/3000000', { idleMs: 60 });
    await until(() => body.destroyed);
    await expect(text(body)).rejects.toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'idle',
      requestSent: 'yes',
      hint: expect.stringContaining('destroy it'),
    });
  });

  test.each([
    [
      'has taken a piece and paused',
      (body: NodeJS.ReadableStream) => body.once('data', () => body.pause()),
    ],
    ['waits for readable', (body: NodeJS.ReadableStream) => body.on('readable', () => undefined)],
    ['has paused before the first piece', (body: NodeJS.ReadableStream) => body.pause()],
  ])('a reader that %s keeps its socket, however slow', async (_how, begin) => {
    const slow = [
      await send('/bytes/300000', { idleMs: 60 }),
      await send('/bytes/300000', { idleMs: 60 }),
    ];
    for (const { body } of slow) begin(body);
    await expect(send('/', { poolMs: 1_400 })).rejects.toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'pool',
    });
    expect(slow.map(({ body }) => body.destroyed)).toEqual([false, false]);
    expect(told).toEqual([]);
    for (const { body } of slow) body.removeAllListeners('readable').resume();
    await until(() => slow.every(({ body }) => body.readableEnded), 'both were read to the end');
  });

  test('the process is warned once, by a name and a code, without path, query or credentials', async () => {
    for (let i = 0; i < 3; i += 1) {
      const { body } = await send('/bytes/3000000?token=canary', { idleMs: 40 });
      await until(() => body.destroyed);
    }
    expect(emitted).toHaveBeenCalledTimes(1);
    const [message, kind] = emitted.mock.calls[0] as unknown as [string, object];
    expect(kind).toEqual({ type: 'SdkWarning', code: 'SDK_UNREAD_BODY' });
    expect(message).toContain(origin.url);
    expect(message).toContain('Read each body to its end, or destroy it');
    expect(told.map(({ code }) => code)).toEqual(Array(3).fill('SDK_UNREAD_BODY'));
    expect(JSON.stringify([told, message])).not.toContain('canary');
  });

  test('a pool that is starved by unread bodies carries every request in the end', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => (await send('/bytes/70000')).status),
    );
    expect(statuses).toEqual(Array(8).fill(200));
  });
});
