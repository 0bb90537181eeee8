import { describe, expect, test } from '@jest/globals';
import { Operation, paginate } from '@sdk/common';
import type { Job, JobState } from '@sdk/common';
import { runProgram } from '../child/child.js';
import { rejection } from './stand.js';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function job(
  states: JobState<string>[],
  more: Partial<Job<number, string>> = {},
): Job<number, string> & { looks: number } {
  const made = {
    looks: 0,
    begin: () => Promise.resolve(7),
    poll: (started: number): Promise<JobState<string>> => {
      expect(started).toBe(7);
      made.looks += 1;
      return Promise.resolve(states[Math.min(made.looks, states.length) - 1]!);
    },
    pollMs: 5,
    ...more,
  };
  return made;
}

describe('an operation', () => {
  test('has started when it is returned, and looks only while somebody waits', async () => {
    const made = job([
      { done: false, progress: 40 },
      { done: false },
      { done: true, result: 'running' },
    ]);
    let begun = 0;
    const operation = Operation.start({
      ...made,
      begin: () => ((begun += 1), Promise.resolve(7)),
      poll: made.poll,
    });
    expect(begun).toBe(1);
    expect(await operation.started).toBe(7);
    await pause(30);
    expect(made.looks).toBe(0);
    expect(await operation).toBe('running');
    expect(await operation).toBe('running');
    expect(made.looks).toBe(3);
    expect(operation.progress).toBe(40);
    expect(operation.cancel).toBeUndefined();
  });

  test('is a PromiseLike that a Promise takes', async () => {
    const make = () => Operation.start(job([{ done: true, result: 'x' }]));
    expect(await Promise.all([make(), make()])).toEqual(['x', 'x']);
    expect(await make().then((text) => text + text)).toBe('xx');
    let ended = false;
    expect(await make().finally(() => void (ended = true))).toBe('x');
    expect(ended).toBe(true);
  });

  test('fails with the provider’s words', async () => {
    const operation = Operation.start(job([{ done: false }, { failed: 'no capacity' }]));
    expect(await rejection(operation)).toMatchObject({
      code: 'SDK_OPERATION',
      reason: 'failed',
      message: 'no capacity',
    });
    expect(await operation.catch(() => 'caught')).toBe('caught');
  });

  test('is waited for no longer than waitMs', async () => {
    const operation = Operation.start(job([{ done: false }], { waitMs: 60, pollMs: 10_000 }));
    const startedAt = performance.now();
    expect(await rejection(operation)).toMatchObject({ code: 'SDK_OPERATION', reason: 'timeout' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test.each<[string, Partial<Job<number, string>>]>([
    ['a look that never answers', { poll: () => new Promise(() => undefined) }],
    ['a beginning that never answers', { begin: () => new Promise(() => undefined) }],
  ])('is waited for no longer than waitMs, or its signal allows, by %s', async (_what, more) => {
    const startedAt = performance.now();
    const late = Operation.start(job([], { ...more, waitMs: 60 }));
    expect(await rejection(late)).toMatchObject({ code: 'SDK_OPERATION', reason: 'timeout' });
    expect(await rejection(late)).toMatchObject({ code: 'SDK_OPERATION', reason: 'timeout' });
    const signal = AbortSignal.timeout(60);
    expect(await rejection(Operation.start(job([], { ...more, signal })))).toBe(signal.reason);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('tells its last look that nobody waits any longer', async () => {
    const reasons: unknown[] = [];
    const poll = (_started: number, signal: AbortSignal | undefined) =>
      new Promise<never>(() => {
        signal?.addEventListener('abort', () => reasons.push(signal.reason));
      });
    const operation = Operation.start(job([], { poll, waitMs: 30 }));
    const error = await rejection(operation);
    expect(reasons).toEqual([error]);
    expect(await operation.started).toBe(7);
  });

  test('begins nothing where its signal has aborted already', async () => {
    let begun = 0;
    const operation = Operation.start({
      ...job([]),
      begin: () => ((begun += 1), Promise.resolve(7)),
      signal: AbortSignal.abort('never mind'),
    });
    expect(await rejection(operation)).toBe('never mind');
    expect(await rejection(operation.started)).toBe('never mind');
    expect(begun).toBe(0);
  });

  test('stops waiting with the reason of its signal', async () => {
    const controller = new AbortController();
    const operation = Operation.start(
      job([{ done: false }], { signal: controller.signal, pollMs: 10_000 }),
    );
    setTimeout(() => controller.abort('enough'), 20);
    expect(await rejection(operation)).toBe('enough');
    expect(await operation.started).toBe(7);
  });

  // The runner listens for unhandled rejections in its own way; bare Node ends a process at the first.
  test('whose failure nobody awaits is no unhandled rejection', async () => {
    const { code, stdout, stderr } = await runProgram('unawaited', { args: ['operations'] });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '4\n', stderr: '' });
  });

  test('can be cancelled where its API can', async () => {
    const cancelled: number[] = [];
    const cancel = async (started: number): Promise<void> => void cancelled.push(started);
    const operation = Operation.start(job([{ done: true, result: 'x' }], { cancel }));
    await operation.cancel?.();
    expect(cancelled).toEqual([7]);
  });

  test.each([{ pollMs: 0 }, { waitMs: -1 }, { signal: {} as AbortSignal }])(
    'refuses %j, and begins nothing',
    async (more) => {
      let begun = 0;
      const operation = Operation.start({
        ...job([], more),
        begin: () => ((begun += 1), Promise.resolve(7)),
      });
      expect(await rejection(operation)).toMatchObject({
        code: 'SDK_CONFIGURATION',
        field: Object.keys(more)[0],
      });
      expect(begun).toBe(0);
    },
  );
});

describe('pages', () => {
  test('are fetched only when they are asked for', async () => {
    const fetched: number[] = [];
    const fetchPage = (number: number) => async () => {
      fetched.push(number);
      return { items: [number * 10, number * 10 + 1], next: number < 3 ? number + 1 : undefined };
    };
    const all = () =>
      paginate({
        first: fetchPage(1),
        items: (page) => page.items,
        next: (page) => (page.next === undefined ? undefined : fetchPage(page.next)),
      });
    const seen: number[] = [];
    for await (const item of all()) seen.push(item);
    expect(seen).toEqual([10, 11, 20, 21, 30, 31]);
    expect(fetched).toEqual([1, 2, 3]);
    fetched.length = 0;
    for await (const item of all()) if (item === 11) break;
    expect(fetched).toEqual([1]);
    fetched.length = 0;
    all();
    expect(fetched).toEqual([]);
  });

  test('that are empty are passed over', async () => {
    const pages = [[], [1], []];
    const at = (i: number) => async () => ({ i, items: pages[i] as number[] });
    const seen: number[] = [];
    const walk = paginate({
      first: at(0),
      items: (page) => page.items,
      next: ({ i }) => (i + 1 < pages.length ? at(i + 1) : undefined),
    });
    for await (const item of walk) seen.push(item);
    expect(seen).toEqual([1]);
  });
});
