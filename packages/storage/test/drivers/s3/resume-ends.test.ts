import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CHANNELS } from '@sdk/common';
import type { AttemptEvent } from '@sdk/common';
import { startRelay, until } from '@sdk/testing';
import type { Relay } from '@sdk/testing';
import { broken, BYTES, cut, ENGINES, openStand, readAll, sha } from './resume-stand.js';
import type { Asked, ResumeStand } from './resume-stand.js';

describe.each(ENGINES)('a download that resumes over %s', (_name, Transport) => {
  let stand: ResumeStand;
  beforeAll(async () => {
    stand = await openStand(Transport);
  });
  afterAll(() => stand.close());

  /** Breaks the first answer off, and lets the request for the rest wait for ever. */
  function unanswered(): { readonly waiting: () => Asked | undefined } {
    let second: Asked | undefined;
    stand.answering(broken(1000), (asked) => {
      second = asked;
      return true;
    });
    return { waiting: () => second };
  }

  test("ends with the caller's reason when the signal aborts, and lets its connection go", async () => {
    const { waiting } = unanswered();
    const controller = new AbortController();
    const { signal } = controller;
    const { body } = await stand.s3.getObject('bucket', 'large', { resume: true, signal });
    const read = readAll(body);
    await until(() => waiting() !== undefined, 'the rest was asked for');
    const reason = new Error('changed my mind');
    controller.abort(reason);
    const { bytes, error } = await read;
    expect(error).toBe(reason);
    expect(bytes.equals(BYTES.subarray(0, 1000))).toBe(true);
    await until(() => waiting()!.request.socket.destroyed, 'the connection is gone');
    expect(stand.ranges).toHaveLength(2);
  });

  test('ends when its reader destroys it, and lets its connection go', async () => {
    const { waiting } = unanswered();
    const { body } = await stand.s3.getObject('bucket', 'large', { resume: true });
    const read = readAll(body);
    await until(() => waiting() !== undefined, 'the rest was asked for');
    body.destroy();
    expect((await read).error).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    await until(() => waiting()!.request.socket.destroyed, 'the connection is gone');
    expect(stand.ranges).toHaveLength(2);
  });

  test('lets its connection go when it is destroyed before anybody has read', async () => {
    let first: Asked | undefined;
    stand.answering((asked) => broken(1000, 'silence')((first = asked)));
    const { body } = await stand.s3.getObject('bucket', 'large', { resume: true });
    expect(first!.request.socket.destroyed).toBe(false);
    body.destroy();
    await until(() => first!.request.socket.destroyed, 'the connection is gone');
  });

  test('that is aborted before anybody listens tells its reason to who reads later', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    stand.answering(broken(1000, 'silence'));
    const { body } = await stand.s3.getObject('bucket', 'large', { resume: true, signal });
    const reason = new Error('changed my mind');
    controller.abort(reason);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(buffer(body)).rejects.toBe(reason);
  });

  test('ends with the error of its onProgress', async () => {
    stand.answering(broken(1000));
    const failure = new Error('the bar is full');
    const { body } = await stand.s3.getObject('bucket', 'large', {
      resume: true,
      onProgress: ({ bytes }) => {
        if (bytes > 1000) throw failure;
      },
    });
    expect((await readAll(body)).error).toBe(failure);
  });

  test('ends with a ConfigurationError when the driver is closed and it breaks off then', async () => {
    const own = await openStand(Transport);
    try {
      let first: Asked | undefined;
      own.answering((asked) => broken(1000, 'silence')((first = asked)));
      const { body } = await own.s3.getObject('bucket', 'large', {
        resume: true,
        onProgress: () => void own.s3.close().then(() => cut(first!)),
      });
      const { bytes, error } = await readAll(body);
      expect(error).toMatchObject({ code: 'SDK_CONFIGURATION' });
      expect(bytes.equals(BYTES.subarray(0, 1000))).toBe(true);
      expect(own.ranges).toHaveLength(1);
    } finally {
      await own.close();
    }
  });

  test('has one total for the whole of it, and the error says which', async () => {
    // Each request ends by idleMs long before a total of its own could pass, and six of them outlast the total of all.
    stand.answering(...Array.from({ length: 9 }, () => broken(10, 'silence')));
    const startedAt = performance.now();
    const { body } = await stand.s3.getObject('bucket', 'large', {
      resume: true,
      timeouts: { idleMs: 250, totalMs: 700 },
    });
    const { bytes, error } = await readAll(body);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(690);
    expect(error).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'total',
      timeoutMs: 700,
      message: expect.stringContaining('700 ms') as unknown as string,
      decision: { decidedBy: 'instance' },
    });
    expect(bytes.equals(BYTES.subarray(0, bytes.length))).toBe(true);
  });
});

describe.each(ENGINES)(
  'a download that resumes over %s, and whose reader pauses',
  (_name, Transport) => {
    test('beyond its total asks for nothing more, and the error says which way it went', async () => {
      const stand = await openStand(Transport);
      try {
        stand.answering(broken(200_000));
        const timeouts = { totalMs: 600 };
        const { body } = await stand.s3.getObject('bucket', 'large', { resume: true, timeouts });
        expect(body.read()).toBe(null);
        await new Promise((resolve) => setTimeout(resolve, 900));
        const { bytes, error } = await readAll(body);
        expect(error).toMatchObject({
          code: 'SDK_TIMEOUT',
          phase: 'total',
          timeoutMs: 600,
          decision: { decidedBy: 'instance' },
        });
        expect(bytes.length).toBeLessThanOrEqual(200_000);
        expect(stand.ranges).toHaveLength(1);
      } finally {
        await stand.close();
      }
    });
  },
);

describe.each(ENGINES)('a proxy that dies in mid-body over %s', (_name, Transport) => {
  let relay: Relay;
  let stand: ResumeStand;
  let refused = 0;
  const count = (event: unknown): void => {
    if ((event as AttemptEvent).code === 'SDK_PROXY') refused += 1;
  };
  beforeAll(async () => {
    subscribe(CHANNELS.attempt, count);
    stand = await openStand(Transport, async (proxy) => {
      relay = await startRelay(proxy.port);
      return `http://${relay.authority}`;
    });
  });
  afterAll(async () => {
    unsubscribe(CHANNELS.attempt, count);
    await stand.close();
    await relay.down();
  });

  test('and comes back is gone through again, and nothing is doubled or lost', async () => {
    stand.answering(broken(200_000, 'silence'), broken(200_000, 'silence'));
    let deaths = 0;
    const die = async (): Promise<void> => {
      deaths += 1;
      refused = 0;
      await relay.down();
      await until(() => refused > 0, 'the proxy was asked for while it was away');
      await relay.up();
    };
    const dying: Promise<void>[] = [];
    const { body } = await stand.s3.getObject('bucket', 'large', {
      resume: true,
      retry: { attempts: 200, baseDelayMs: 20, maxDelayMs: 40, budget: 10_000 },
      onProgress: ({ bytes }) => {
        if (bytes >= 200_000 * (deaths + 1) && deaths < 2) dying.push(die());
      },
    });
    expect(sha(await buffer(body))).toBe(sha(BYTES));
    await Promise.all(dying);
    expect(deaths).toBe(2);
  });

  test('and stays away is a ProxyError', async () => {
    stand.answering(broken(200_000, 'silence'));
    let down: Promise<void> | undefined;
    const { body } = await stand.s3.getObject('bucket', 'large', {
      resume: true,
      onProgress: ({ bytes }) => {
        if (bytes >= 200_000) down ??= relay.down();
      },
    });
    const { bytes, error } = await readAll(body);
    await down;
    await relay.up();
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'connect' });
    expect(bytes.equals(BYTES.subarray(0, 200_000))).toBe(true);
  });
});
