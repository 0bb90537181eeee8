import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { describe, expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import type { Transport, TransportRequest, TransportResponse } from '@sdk/common';
import { until } from '@sdk/testing';
import { runProgram } from '../child/child.js';
import { connect, keep, origin, rejection } from './stand.js';

const get = { method: 'GET', path: '/' };

/** A transport that answers when it wants to, whatever the signal and the total say. */
function deaf(send: (request: TransportRequest) => Promise<TransportResponse>): Transport {
  return { name: 'deaf', send, close: () => Promise.resolve() };
}

describe('a transport that does not answer in time', () => {
  test('is ended by the total', async () => {
    const transport = deaf(() => new Promise(() => undefined));
    const startedAt = performance.now();
    const error = await rejection(
      connect('http://h', { transport }).request(get, { timeouts: { totalMs: 100 } }),
    );
    expect(error).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'total',
      timeoutMs: 100,
      decision: { proxy: null },
    });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('is ended by the signal, with its reason', async () => {
    const transport = deaf(() => new Promise(() => undefined));
    const controller = new AbortController();
    const call = rejection(
      connect('http://h', { transport }).request(get, { signal: controller.signal }),
    );
    setTimeout(() => controller.abort('enough'), 30);
    expect(await call).toBe('enough');
  });

  test('is ended where an interceptor is slow', async () => {
    const server = await origin();
    const instance = axios.create();
    instance.interceptors.request.use(async (config) => {
      await sleep(2_000);
      return config;
    });
    const transport = keep(new AxiosTransport({ axios: instance }));
    const startedAt = performance.now();
    const error = await rejection(
      connect(server.url, { transport }).request(get, { timeouts: { totalMs: 100 } }),
    );
    expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  test('has its late answer destroyed', async () => {
    const server = await origin();
    const below = keep(new AxiosTransport());
    const bodies: Readable[] = [];
    const transport = deaf(async (request) => {
      const { signal: _signal, timeouts, ...rest } = request;
      const answer = await below.send({ ...rest, timeouts: { ...timeouts, totalMs: undefined } });
      bodies.push(answer.body);
      await sleep(150);
      return answer;
    });
    const call = connect(server.url, { transport }).request(
      { method: 'GET', path: '/stall' },
      { timeouts: { totalMs: 50 } },
    );
    expect(await rejection(call)).toMatchObject({ phase: 'total' });
    await until(() => bodies[0]?.destroyed === true && server.openSockets() === 0);
  });

  // The runner listens for unhandled rejections in its own way; bare Node ends a process at the first.
  test('has its late failure noticed by nobody', async () => {
    const { code, stdout, stderr } = await runProgram('unawaited', { args: ['transport'] });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '2\n', stderr: '' });
  });
});
