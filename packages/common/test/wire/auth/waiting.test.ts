import { describe, expect, test } from '@jest/globals';
import { ProxyServer } from '@sdk/common';
import { startScriptedProxy } from '@sdk/testing';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { askTunnel } from '../../../src/wire/connect.js';
import { runPhase } from '../../../src/wire/phase.js';
import { openTcp } from '../../../src/wire/tcp.js';
import { keep, rejection } from '../../connection/stand.js';

const limits = { timeoutMs: 10_000, timedOut: () => new Error('the timer fired') };

describe('a proxy that breaks off while the token for it is waited for', () => {
  test.each<[string, (socket: Socket) => unknown]>([
    ['by a reset', (socket) => socket.resetAndDestroy()],
    ['by an end', (socket) => socket.end()],
  ])('is one that gave no answer, %s', async (_how, end) => {
    const proxy = keep(await startScriptedProxy((socket) => void setTimeout(end, 30, socket)));
    const server = new ProxyServer({ protocol: 'http:', host: '127.0.0.1', port: proxy.port });
    const asked = runPhase(limits, async (hold) => {
      const socket = await openTcp('127.0.0.1', proxy.port, hold);
      // Nobody listens to the socket here, as while Kerberos asks its KDC.
      while (!socket.destroyed) await sleep(5);
      return askTunnel(socket, server, 'origin.invalid:443', undefined);
    });
    expect(await rejection(asked)).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'tunnel',
      requestSent: 'no',
      retryable: true,
    });
  });
});
