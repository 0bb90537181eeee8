/** What the waits of chaos leave on a signal that many requests share. */
import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import { attempt, chaos, startOrigin, until, type ChaosTransport } from '@sdk/testing';

const delayed = (delayMs: number): ChaosTransport =>
  chaos(new AxiosTransport(), { choose: () => 'delay', delayMs });

test('many waits share one listener on one signal, and end with it', async () => {
  await using origin = await startOrigin();
  const transport = delayed(60_000);
  const aborted = new AbortController();
  const { signal } = aborted;
  const request = attempt(`${origin.url}/`, { signal });
  const all = Array.from({ length: 20 }, () => transport.send(request));
  const ends = Promise.allSettled(all);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  aborted.abort('enough');
  for (const end of await ends) expect(end).toEqual({ status: 'rejected', reason: 'enough' });
  expect(origin.requests).toEqual([]);
  await transport.close();
});

test('a wait that is over leaves no listener behind', async () => {
  await using origin = await startOrigin();
  const transport = delayed(1);
  const { signal } = new AbortController();
  const all = Array.from({ length: 20 }, async () => {
    const { body } = await transport.send(attempt(`${origin.url}/`, { signal }));
    await body.toArray();
  });
  await Promise.all(all);
  expect(origin.requests).toHaveLength(20);
  await until(() => getEventListeners(signal, 'abort').length === 0, 'no listener was left');
  await transport.close();
});
