/** Calls that end while they look for a way, dial, shake hands, send, or read: each leaves its transport as it should be. */
import { describe, expect, test } from '@jest/globals';
import { keep } from '../connection/stand.js';
import { allClosed, ENGINES, over } from './stand.js';
import { WAYS } from './ways.js';

const HALF = `HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(500)}`;
const WELL = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nwell';
const REASON = new Error('enough');
/** Half of the calls wait for a socket. */
const PLACES = 40;
/** From before the first byte to long after the last, in milliseconds. */
const MOMENTS = Array.from({ length: 40 }, (_, i) => 1 + i * 1.5);

describe.each(ENGINES)('$engine', (engine) => {
  test.each(WAYS)('a call that ends at any moment leaves nothing behind, $way', async (way) => {
    let healed = false;
    // What it answers is decided when it is asked: a connection that was made for a call that has ended may serve a later one.
    const place = await way.to(async (socket, api) => {
      socket.on('end', () => socket.end());
      await api.head();
      if (healed) socket.end(WELL);
      else socket.write(HALF);
    });
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
    healed = true;
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
