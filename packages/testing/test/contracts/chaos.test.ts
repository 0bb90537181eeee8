import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { ResponseHeaders, type TransportRequest, type TransportResponse } from '@sdk/common';
import { attempt, chaos, testTransport } from '@sdk/testing';
import { MemoryTransport } from './memory-transport.js';

describe('chaos without a fault', () => {
  testTransport((_options, answer) => chaos(new MemoryTransport(answer)), {
    test,
    expect,
    capabilities: { network: false },
  });

  // So that whatever holds for an engine holds for chaos over it.
  test('hands on the very request, the very answer, and the end', async () => {
    const request = attempt('https://origin.test/', { headers: ['X', 'y'] });
    const answer: TransportResponse = {
      status: 200,
      headers: new ResponseHeaders([]),
      body: Readable.from([]),
      reusedSocket: true,
      route: request.route,
      timings: { socketMs: 0, headersMs: 0 },
    };
    const seen: TransportRequest[] = [];
    let closed = 0;
    const transport = chaos({
      name: 'within',
      send: async (given) => (seen.push(given), answer),
      close: async () => void (closed += 1),
    });
    expect(await transport.send(request)).toBe(answer);
    expect(seen[0]).toBe(request);
    await transport.close();
    expect([seen.length, closed]).toEqual([1, 1]);
  });
});
