/** Verdicts and breaks that come while a body still goes up. */
import { describe, expect, test } from '@jest/globals';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { until, type ConnectionScript } from '@sdk/testing';
import { ENGINES, meet, mendable, SHORT_MS, TOTAL_MS, together, type Place } from './stand.js';
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
function stopReading(socket: Socket, forMs = 400): void {
  socket.pause();
  setTimeout(() => socket.resume(), forMs);
}

type Then = 'goes on reading' | 'reads no more' | 'closes' | 'resets';

/** Answers after the first piece of the body. */
function verdict(then: Then): ConnectionScript {
  return async (socket, api) => {
    socket.on('end', () => socket.end());
    await api.head();
    await new Promise<void>((resolve) => api.onBytes(() => resolve()));
    if (then !== 'goes on reading') stopReading(socket);
    socket.write(VERDICT, () => {
      if (then === 'closes') socket.end();
      // The answer has to have arrived before the reset does: that one throws away what waits.
      if (then === 'resets') setTimeout(() => api.reset(), 50);
    });
  };
}

/** Takes the head, and nothing behind it. */
const deaf: ConnectionScript = async (socket, api) => {
  // On a busy machine a total may pass before the head comes: then there is nothing but the end.
  socket.on('end', () => socket.end());
  await api.head();
  // Where the loop is held up for long, the timer has to come first all the same.
  stopReading(socket, 3 * TOTAL_MS);
};

const ENDS = ['a FIN, and reads on', 'a FIN, and reads no more', 'a reset'] as const;

/** Breaks off after the first piece of the body. Who closes over bytes that he has not read resets: a FIN needs a reader. */
function broken(by: (typeof ENDS)[number]): ConnectionScript {
  return async (socket, api) => {
    await api.head();
    await new Promise<void>((resolve) => api.onBytes(() => resolve()));
    if (by === 'a reset') return api.reset();
    socket.end();
    if (by === 'a FIN, and reads no more') stopReading(socket);
  };
}

/** The fault at the end of a way, until it is mended. */
async function at({ to }: Way, fault: ConnectionScript): Promise<Place> {
  const { script, heal } = mendable(fault);
  return { ...(await to(script)), heal };
}

describe.each(ENGINES)('$engine, over every way', (engine) => {
  test.each<Then>(['goes on reading', 'reads no more', 'closes', 'resets'])(
    'an origin that refuses an upload halfway and %s is heard word by word, and the rest is not sent',
    async (then) => {
      const through = async (to: Way): Promise<void> => {
        const place = await at(to, verdict(then));
        const { stream, taken } = large();
        const { facts, tries } = await meet(engine, place, {
          method: 'PUT',
          body: stream,
          sizeBytes: WHOLE_BYTES,
        });
        expect({ way: to.way, tries, asked: place.arrived() - 1, ...facts }).toMatchObject({
          way: to.way,
          tries: 1,
          asked: 1,
          code: 'SDK_RESPONSE',
          status: 413,
          message: expect.stringContaining('too much'),
        });
        expect(stream.destroyed).toBe(true);
        expect(taken()).toBeLessThan(SWALLOWED_BYTES);
      };
      await together(WAYS.map(through));
    },
  );

  test.each(ENDS)(
    'an origin that breaks an upload off by %s is a ConnectionError, and its body is not sent twice',
    async (by) => {
      const through = async (to: Way): Promise<void> => {
        const place = await at(to, broken(by));
        const { stream, taken } = large();
        const { facts } = await meet(engine, place, { method: 'PUT', body: stream });
        expect({ way: to.way, asked: place.arrived() - 1, ...facts }).toMatchObject({
          way: to.way,
          asked: 1,
          code: 'SDK_CONNECTION',
          reason: expect.stringMatching(/^(ECONNRESET|EPIPE)$/),
          requestSent: 'maybe',
          retryable: true,
        });
        // In absolute-form the first thing to look at is whether a proxy answers there at all.
        if (!to.forward) expect(facts['hint']).toContain('stream that can be read once');
        expect(stream.destroyed).toBe(true);
        expect(taken()).toBeLessThan(SWALLOWED_BYTES);
      };
      await together(WAYS.map(through));
    },
  );

  test.each([
    { by: ENDS[0], method: 'PUT', times: 3 },
    { by: ENDS[0], method: 'POST', times: 1 },
    { by: ENDS[2], method: 'PUT', times: 3 },
    { by: ENDS[2], method: 'POST', times: 1 },
  ] as const)(
    'a $method that was broken off by $by and can be opened anew is sent so many times: $times',
    async ({ by, method, times }) => {
      const through = async (to: Way): Promise<void> => {
        const place = await at(to, broken(by));
        const opened: Readable[] = [];
        const { facts, tries } = await meet(engine, place, {
          method,
          body: () => {
            const { stream } = large();
            opened.push(stream);
            return stream;
          },
        });
        const asked = place.arrived() - 1;
        expect({ way: to.way, tries, asked, opened: opened.length, ...facts }).toMatchObject({
          way: to.way,
          tries: times,
          asked: times,
          opened: times,
          code: 'SDK_CONNECTION',
          requestSent: 'maybe',
        });
        await until(() => opened.every((stream) => stream.destroyed), 'each stream was destroyed');
      };
      await together(WAYS.map(through));
    },
  );

  test('an upload that nobody takes ends in the time asked', async () => {
    const through = async (to: Way): Promise<void> => {
      const place = await at(to, deaf);
      const { stream } = large();
      const { facts } = await meet(engine, place, {
        method: 'PUT',
        body: stream,
        timeouts: { idleMs: SHORT_MS },
      });
      expect({ way: to.way, asked: place.arrived() - 1, ...facts }).toMatchObject({
        way: to.way,
        asked: 1,
        code: 'SDK_TIMEOUT',
        phase: 'idle',
        requestSent: 'maybe',
      });
      expect(stream.destroyed).toBe(true);
    };
    await together(WAYS.map(through));
  });

  test('an upload that nobody takes ends with the total that the call has', async () => {
    const through = async (to: Way): Promise<void> => {
      const place = await at(to, deaf);
      const { stream } = large();
      const { facts, tries } = await meet(engine, place, {
        method: 'PUT',
        body: stream,
        timeouts: { totalMs: TOTAL_MS },
      });
      expect({ way: to.way, tries, ...facts }).toMatchObject({
        way: to.way,
        tries: 1,
        code: 'SDK_TIMEOUT',
        phase: 'total',
        timeoutMs: TOTAL_MS,
      });
      expect(stream.destroyed).toBe(true);
    };
    await together(WAYS.map(through));
  });
});
