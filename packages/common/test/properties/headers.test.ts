/** What goes into the headers of a request comes out of them, here and at the origin, and nothing else does. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HeaderBag, isSdkError } from '@sdk/common';
import { attempt, startOrigin, type Origin } from '@sdk/testing';
import { ENGINES } from '../faults/stand.js';

const NAME = fc.stringMatching(/^X-[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
/** Visible characters, blanks within, and Latin-1. */
const VALUE = fc.stringMatching(
  /^(?:[\x21-\x7e\xa1-\xff](?:[\t\x20-\x7e\xa1-\xff]{0,20}[\x21-\x7e\xa1-\xff])?)?$/,
);
const LINE_BREAKER = fc.constantFrom('\r', '\n', '\0', '\r\nX-Evil: 1', '\u2028', '\u0100', '\x7f');

describe('a HeaderBag', () => {
  test('behaves as a map without case that keeps the first spelling and the order', () => {
    const step = fc.record({
      act: fc.constantFrom('set', 'setDefault', 'delete'),
      // Few names, in both cases, so that they meet.
      name: fc.constantFrom('X-A', 'x-a', 'X-Bb', 'x-bB', 'X-C'),
      value: VALUE,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const bag = new HeaderBag();
        const model = new Map<string, [string, string]>();
        for (const { act, name, value } of steps) {
          const key = name.toLowerCase();
          if (act === 'delete') {
            bag.delete(name);
            model.delete(key);
          } else if (act === 'set' || !model.has(key)) {
            bag.set(name, value);
            model.set(key, [model.get(key)?.[0] ?? name, value]);
          } else bag.setDefault(name, value);
        }
        expect([...bag]).toEqual([...model.values()]);
        expect(bag.toFlat()).toEqual([...model.values()].flat());
        for (const [key, [, value]] of model) expect(bag.get(key.toUpperCase())).toBe(value);
      }),
    );
  });

  test('refuses what would end a line, wherever it stands, and shows nothing of the value', () => {
    fc.assert(
      fc.property(VALUE, LINE_BREAKER, VALUE, (before, breaker, after) => {
        const value = `canary${before}${breaker}${after}`;
        for (const act of [
          (bag: HeaderBag) => bag.set('X-Value', value),
          (bag: HeaderBag) => bag.set(`X-${breaker}`, 'value'),
        ]) {
          const bag = new HeaderBag();
          try {
            act(bag);
            throw new Error(`${JSON.stringify(value)} was taken`);
          } catch (error) {
            expect(isSdkError(error, 'SDK_CONFIGURATION')).toBe(true);
            expect(JSON.stringify(error)).not.toContain('canary');
          }
          expect(bag.toFlat()).toEqual([]);
        }
      }),
    );
  });
});

describe.each(ENGINES)('$engine', (engine) => {
  let origin: Origin;
  const transport = engine.open();

  beforeAll(async () => {
    origin = await startOrigin({
      handler: (request, response) => {
        request.resume();
        response.end();
      },
    });
  });
  afterAll(async () => {
    await transport.close();
    await origin.close();
  });

  test('carries each header as it was written, byte for byte', async () => {
    const headers = fc.uniqueArray(fc.tuple(NAME, VALUE), {
      maxLength: 8,
      selector: ([name]) => name.toLowerCase(),
    });
    await fc.assert(
      fc.asyncProperty(headers, async (pairs) => {
        const { body } = await transport.send(attempt(`${origin.url}/`, { headers: pairs.flat() }));
        body.resume();
        const { rawHeaders } = origin.requests.at(-1)!;
        const arrived = [];
        for (let i = 0; i < rawHeaders.length; i += 2) {
          if (/^X-/.test(rawHeaders[i]!)) arrived.push([rawHeaders[i], rawHeaders[i + 1]]);
        }
        expect(arrived).toEqual(pairs);
      }),
      { numRuns: 60 },
    );
  });
});
