/** Verdicts and breaks that come while a body still goes up. */
import { describe, expect, test } from '@jest/globals';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { until, type ConnectionScript } from '@sdk/testing';
import { ENGINES, meet, SHORT_MS } from './stand.js';
import { WAYS, type Way } from './ways.js';

const PIECE = Buffer.alloc(64 * 1024, 'x');
const WHOLE_BYTES = 512 * 1024 * 1024;
/** What buffers on the way may have swallowed by the time that the verdict is read. */
const SWALLOWED_BYTES = 64 * 1024 * 1024;

/** Half a gigabyte that is never read to its end, with what was read of it. */
function large(): { stream: Readable; taken(): number } {
  let taken = 0;
  const stream = new Readable({
    read() {
      taken += PIECE.length;
      this.push(taken > WHOLE_BYTES ? null : PIECE);
    },
  });
  return { stream, taken: () => taken };
}

const VERDICT =
  'HTTP/1.1 413 Content Too Large\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\ntoo much';

/** Reads nothing, and only much later on: an end that reads nothing never hears that the other one has gone. */
function stopReading(socket: Socket): void {
  socket.pause();
  setTimeout(() => socket.resume(), 600);
}

type Then = 'goes on reading' | 'reads no more' | 'closes' | 'resets';

/** Answers after the first piece of the body. */
function verdict(then: Then): ConnectionScript {
  return async (socket, api) => {
    await api.head();
    await new Promise<void>((resolve) => api.onBytes(() => resolve()));
    if (then !== 'goes on reading') stopReading(socket);
    socket.on('end', () => socket.end());
    socket.write(VERDICT, () => {
      if (then === 'closes') socket.end();
      // The answer has to have arrived before the reset does: that one throws away what waits.
      if (then === 'resets') setTimeout(() => api.reset(), 50);
    });
  };
}

/** Breaks off after the first piece of the body. */
function broken(how: 'end' | 'reset'): ConnectionScript {
  return async (socket, api) => {
    await api.head();
    await new Promise<void>((resolve) => api.onBytes(() => resolve()));
    if (how === 'reset') api.reset();
    else socket.destroy();
  };
}

describe.each(ENGINES)('$engine, over every way', (engine) => {
  test.each<Then>(['goes on reading', 'reads no more', 'closes', 'resets'])(
    'an origin that refuses an upload halfway and %s is heard, and the rest is not sent',
    async (then) => {
      const through = async ({ way, to }: Way): Promise<void> => {
        const place = await to(verdict(then));
        const { stream, taken } = large();
        const { facts, tries } = await meet(engine, place, {
          method: 'PUT',
          body: stream,
          sizeBytes: WHOLE_BYTES,
        });
        expect({ way, tries, asked: place.arrived(), ...facts }).toMatchObject({
          way,
          tries: 1,
          asked: 1,
          code: 'SDK_RESPONSE',
          status: 413,
        });
        expect(stream.destroyed).toBe(true);
        expect(taken()).toBeLessThan(SWALLOWED_BYTES);
      };
      await Promise.all(WAYS.map(through));
    },
  );

  test.each(['end', 'reset'] as const)(
    'an origin that breaks an upload off by %s is a ConnectionError, and its body is not sent twice',
    async (how) => {
      const through = async ({ way, forward, to }: Way): Promise<void> => {
        const place = await to(broken(how));
        const { stream, taken } = large();
        const { facts } = await meet(engine, place, { method: 'PUT', body: stream });
        expect({ way, asked: place.arrived(), ...facts }).toMatchObject({
          way,
          asked: 1,
          code: 'SDK_CONNECTION',
          reason: expect.stringMatching(/^(ECONNRESET|EPIPE)$/),
          requestSent: 'maybe',
          retryable: true,
        });
        // In absolute-form the first thing to look at is whether a proxy answers there at all.
        if (!forward) expect(facts['hint']).toContain('stream that can be read once');
        expect(stream.destroyed).toBe(true);
        expect(taken()).toBeLessThan(SWALLOWED_BYTES);
      };
      await Promise.all(WAYS.map(through));
    },
  );

  test('an upload that was broken off is opened anew where that can be done, and arrives once more from its start', async () => {
    const through = async ({ way, to }: Way): Promise<void> => {
      const place = await to(broken('reset'));
      const opened: Readable[] = [];
      const { facts, tries } = await meet(engine, place, {
        method: 'PUT',
        body: () => {
          const { stream } = large();
          opened.push(stream);
          return stream;
        },
      });
      expect({ way, tries, opened: opened.length, ...facts }).toMatchObject({
        way,
        tries: 3,
        opened: 3,
        code: 'SDK_CONNECTION',
      });
      await until(() => opened.every((stream) => stream.destroyed), 'each stream was destroyed');
    };
    await Promise.all(WAYS.map(through));
  });

  test('an upload that nobody takes ends in the time asked', async () => {
    const deaf: ConnectionScript = async (socket, api) => {
      await api.head();
      socket.on('end', () => socket.end());
      stopReading(socket);
    };
    const through = async ({ way, to }: Way): Promise<void> => {
      const place = await to(deaf);
      const { stream } = large();
      const { facts } = await meet(engine, place, {
        method: 'PUT',
        body: stream,
        timeouts: { idleMs: SHORT_MS },
      });
      expect({ way, asked: place.arrived(), ...facts }).toMatchObject({
        way,
        asked: 1,
        code: 'SDK_TIMEOUT',
        phase: 'idle',
        requestSent: 'maybe',
      });
      expect(stream.destroyed).toBe(true);
    };
    await Promise.all(WAYS.map(through));
  });
});
