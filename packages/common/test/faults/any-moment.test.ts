/** Calls that end while they look for a way, dial, shake hands, send, or read: each leaves its transport as it should be. */
import { describe, expect, test } from '@jest/globals';
import { scripts } from '@sdk/testing';
import { keep } from '../connection/stand.js';
import { allClosed, ENGINES, mendable, over } from './stand.js';
import { WAYS } from './ways.js';

const HALF = scripts.answer(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(500)}`);
const REASON = new Error('enough');
/** Half of the calls wait for a socket. */
const PLACES = 40;
/** From before the first byte to long after the last, in milliseconds. */
const MOMENTS = Array.from({ length: 40 }, (_, i) => 1 + i * 1.5);

describe.each(ENGINES)('$engine', (engine) => {
  test.each(WAYS)('a call that ends at any moment leaves nothing behind, $way', async (way) => {
    const { script, heal } = mendable(HALF);
    const place = await way.to(script);
    const transport = keep(engine.open({ maxSockets: PLACES }));
    const connection = over(engine, { ...place.options, transport });
    const end = async (ms: number, by: 'total' | 'abort'): Promise<void> => {
      const stop = new AbortController();
      const options = by === 'total' ? { timeouts: { totalMs: ms } } : { signal: stop.signal };
      const call = connection.request({ method: 'POST', path: '/', body: 'payload' }, options);
      if (by === 'abort') setTimeout(() => stop.abort(REASON), ms);
      const reason: unknown = await call.then(
        () => new Error('It should have ended'),
        (error: unknown) => error,
      );
      if (by === 'abort') expect(reason).toBe(REASON);
      else expect(reason).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total', timeoutMs: ms });
    };
    await Promise.all(MOMENTS.flatMap((ms) => [end(ms, 'total'), end(ms, 'abort')]));
    heal();
    const good = { method: 'GET', path: '/', expect: 'text' } as const;
    // As many at once as the pool has places: none is lost.
    const answers = await Promise.all(
      Array.from({ length: PLACES }, () => connection.request(good)),
    );
    expect(answers.map(({ body }) => body)).toEqual(answers.map(() => 'well'));
    await transport.close();
    await allClosed(place.servers);
  });
});
