import { describe, expect, test } from '@jest/globals';
import type { Entry, ProxyName, Seen } from '../src/books.js';
import { compare } from '../src/compare.js';
import type { Expectation } from '../src/compare.js';

const nothing: Seen = {
  connects: 0,
  forwards: 0,
  refused407: 0,
  bytesUp: 0,
  bytesDown: 0,
  targets: [],
};
const secure = 'https://127.0.0.1:4443';
const plain = 'http://127.0.0.1:4080';
const tunnel: Seen = {
  ...nothing,
  connects: 1,
  bytesUp: 5000,
  bytesDown: 6000,
  targets: ['127.0.0.1:4443'],
};
const forward: Seen = {
  ...nothing,
  forwards: 1,
  bytesUp: 300,
  bytesDown: 400,
  targets: [`${plain}/repository`],
};

function entry(seen: Partial<Record<ProxyName, Seen>>, statuses: number[] = [200]): Entry {
  return { proxies: { A: nothing, B: nothing, C: nothing, ...seen }, statuses };
}
const throughA: Expectation = { way: 'tunnel', proxy: 'A', origin: secure };
const forwardA: Expectation = { way: 'forward', proxy: 'A', origin: plain };
const direct: Expectation = { way: 'direct', proxy: null, origin: secure };

describe('the comparison of what was decided with what was counted', () => {
  test('agrees when the named proxy alone carried the call', () => {
    expect(compare(throughA, entry({ A: tunnel }))).toEqual([]);
    expect(compare(forwardA, entry({ A: forward }))).toEqual([]);
    expect(compare(direct, entry({}))).toEqual([]);
  });

  test('agrees when an earlier tunnel was used again', () => {
    expect(compare(throughA, entry({ A: { ...tunnel, connects: 0, targets: [] } }))).toEqual([]);
  });

  test('names the proxy that carried a call which another was named for', () => {
    const wrong = compare(throughA, entry({ B: tunnel }));
    expect(wrong).toContain('B saw 1 CONNECT, but the way is through A');
    expect(wrong).toContain('A carried 0 bytes up, not the 1 that were sent');
  });

  test('notices a proxy on a direct way, by a request, by a refusal and by a single byte', () => {
    expect(compare(direct, entry({ C: tunnel }))).toEqual([
      'C saw 1 CONNECT, but the way is direct',
    ]);
    expect(compare(direct, entry({ C: { ...nothing, refused407: 1 } }))).toEqual([
      'C saw 1 refused with 407, but the way is direct',
    ]);
    expect(compare(direct, entry({ C: { ...nothing, bytesUp: 1 } }))).toEqual([
      'C carried 1 bytes, but the way is direct',
    ]);
  });

  test('notices a call that went past every proxy', () => {
    expect(compare(throughA, entry({}))).toEqual([
      'A carried 0 bytes up, not the 1 that were sent',
      'A carried 0 bytes down, not the 1 that came',
    ]);
    expect(compare(forwardA, entry({}))).toContain('A forwarded nothing');
  });

  test('notices that only a part of the payload went through the named proxy', () => {
    expect(compare({ ...throughA, upAtLeast: 9_000_000 }, entry({ A: tunnel }))).toEqual([
      'A carried 5000 bytes up, not the 9000000 that were sent',
    ]);
    expect(compare({ ...throughA, downAtLeast: 9_000_000 }, entry({ A: tunnel }))).toEqual([
      'A carried 6000 bytes down, not the 9000000 that came',
    ]);
  });

  test('notices a request in clear where a tunnel was decided, and the reverse', () => {
    const clear = { ...tunnel, connects: 0, forwards: 1, targets: ['127.0.0.1:4443'] };
    expect(compare(throughA, entry({ A: clear }))).toEqual([
      'A saw 1 requests in clear where only CONNECT may be',
    ]);
    const connect = { ...forward, connects: 1 };
    expect(compare(forwardA, entry({ A: connect }))).toEqual([
      'A saw 1 CONNECT where absolute-form was decided',
    ]);
  });

  test('notices a tunnel to somewhere else, and credentials that were refused first', () => {
    const elsewhere = { ...tunnel, targets: ['127.0.0.1:9'] };
    expect(compare(throughA, entry({ A: elsewhere }))).toEqual(['A was asked for 127.0.0.1:9']);
    expect(compare(throughA, entry({ A: { ...tunnel, refused407: 1 } }))).toEqual([
      'A refused 1 with 407',
    ]);
  });

  test('notices requests that reached the origin another way, or never', () => {
    expect(compare(forwardA, entry({ A: forward }, [200, 200]))).toEqual([
      'A forwarded 1, but the origin saw 2',
    ]);
    expect(compare(direct, entry({}, []))).toEqual(['no request reached the origin']);
  });

  test('lets a transfer in flight move its bytes, but send no new request', () => {
    const moving = { ...nothing, bytesDown: 70_000 };
    const meanwhile: Expectation = { ...throughA, alsoInFlight: 'B' };
    expect(compare(meanwhile, entry({ A: tunnel, B: moving }))).toEqual([]);
    expect(compare(meanwhile, entry({ A: tunnel, C: moving }))).toHaveLength(1);
    expect(compare(meanwhile, entry({ A: tunnel, B: tunnel }))).toEqual([
      'B saw 1 CONNECT, but the way is through A',
    ]);
    const rest: Expectation = { ...throughA, begun: true };
    expect(compare(rest, entry({ A: moving }, []))).toEqual([]);
    expect(compare(rest, entry({ A: tunnel }, []))).toEqual(['A saw a new request: 1 CONNECT']);
    expect(compare(rest, entry({}, []))).toEqual(['A carried 0 bytes down, not the 1 that came']);
  });
});
