/** A body is cut anywhere on its way, and arrives byte for byte. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSdkError } from '@sdk/common';
import {
  attempt,
  serverAt,
  startOrigin,
  startProxy,
  startRelay,
  startScriptedProxy,
  type ConnectionScript,
  type Origin,
  type Proxy,
  type Relay,
} from '@sdk/testing';
import { ENGINES } from '../faults/stand.js';
import { CHUNKED, CUTS, piecesOf, writeApart } from './chunks.js';

/** Most pieces are small, some are larger than any buffer on the way, and some are empty. */
const PIECES = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.nat(300) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1, 16_383, 16_384, 16_385, 65_535, 65_537) },
    { weight: 1, arbitrary: fc.nat(300_000) },
  ),
  { maxLength: 12 },
);
const WAY = fc.constantFrom('direct', 'forward', 'tunnel');

/** Bytes of these sizes, each piece unlike the others. */
function bytesOf(sizes: readonly number[]): Buffer[] {
  return sizes.map((size, at) => Buffer.alloc(size, createHash('sha256').update(`${at}`).digest()));
}

const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);
const runs = { numRuns: 40 };

describe.each(ENGINES)('$engine', (engine) => {
  let origin: Origin;
  let proxy: Proxy;
  let sending: Buffer[] = [];
  let framed = true;
  const transport = engine.open();
  const via = (way: string) =>
    way === 'direct'
      ? undefined
      : serverAt(proxy, { tunnel: way === 'tunnel' ? 'always' : 'https' });

  beforeAll(async () => {
    proxy = await startProxy();
    origin = await startOrigin({
      handler: (request, response) => {
        request.resume();
        request.on('end', () => {
          if (framed)
            response.setHeader('content-length', sum(sending.map(({ length }) => length)));
          // Each piece in a packet of its own, as far as the kernel lets it.
          response.socket?.setNoDelay(true);
          for (const piece of sending) response.write(piece);
          response.end();
        });
      },
    });
  });
  afterAll(async () => {
    await transport.close();
    await proxy.close();
    await origin.close();
  });

  test('takes a body up in any pieces, with its length or chunked, over each way', async () => {
    sending = [];
    await fc.assert(
      fc.asyncProperty(PIECES, fc.boolean(), WAY, async (sizes, declared, way) => {
        const pieces = bytesOf(sizes);
        const whole = Buffer.concat(pieces);
        const answer = await transport.send(
          attempt(`${origin.url}/up`, {
            method: 'PUT',
            via: via(way),
            headers: declared ? ['Content-Length', String(whole.length)] : [],
            body: Readable.from(pieces, { objectMode: false }),
          }),
        );
        await buffer(answer.body);
        const { bodyBytes, sha256, complete } = origin.requests.at(-1)!;
        const expected = createHash('sha256').update(whole).digest('hex');
        expect({ bodyBytes, sha256, complete }).toEqual({
          bodyBytes: whole.length,
          sha256: expected,
          complete: true,
        });
      }),
      runs,
    );
  });

  test('hands a body down in any pieces, with its length or chunked, over each way', async () => {
    await fc.assert(
      fc.asyncProperty(PIECES, fc.boolean(), WAY, async (sizes, declared, way) => {
        sending = bytesOf(sizes);
        framed = declared;
        const answer = await transport.send(attempt(`${origin.url}/down`, { via: via(way) }));
        const arrived = await buffer(answer.body);
        expect(arrived.equals(Buffer.concat(sending))).toBe(true);
      }),
      runs,
    );
  });
});

/** What a scripted origin answers the next request with, and whether it breaks off then. */
interface Playing {
  readonly pieces: readonly Buffer[];
  readonly then: 'go on' | 'end' | 'reset';
}

describe.each(ENGINES)('$engine, of what is written by hand', (engine) => {
  let target: string;
  let playing: Playing = { pieces: [], then: 'go on' };
  let ways: Record<'direct' | 'forward' | 'tunnel', Relay>;
  const transport = engine.open();
  const closing: { close(): Promise<void> }[] = [transport];

  /** Answers each request of a connection. */
  const script: ConnectionScript = async (socket, api) => {
    socket.on('end', () => socket.end());
    const answer = async (): Promise<void> => {
      await writeApart(socket, playing.pieces);
      if (playing.then === 'end') socket.end();
      if (playing.then === 'reset') api.reset();
    };
    await api.head();
    let next = '';
    api.onBytes((bytes) => {
      next += bytes.toString('latin1');
      if (!next.endsWith('\r\n\r\n')) return;
      next = '';
      void answer();
    });
    await answer();
  };

  beforeAll(async () => {
    const raw = await startScriptedProxy(script);
    const tunnels = await startProxy();
    // One step before the client, they show in how many pieces an answer comes there.
    const [direct, forward] = [await startRelay(raw.port), await startRelay(raw.port)];
    ways = { direct, forward, tunnel: await startRelay(tunnels.port) };
    closing.push(...Object.values(ways), tunnels, raw);
    target = raw.url;
  });
  afterAll(async () => {
    for (const each of closing) await each.close();
  });

  const ask = async (way: keyof typeof ways): Promise<Buffer> => {
    const relay = { url: `http://${ways[way].authority}` };
    const via = serverAt(relay, { tunnel: way === 'tunnel' ? 'always' : 'https' });
    const request =
      way === 'direct'
        ? attempt(`${relay.url}/`)
        : attempt(`${way === 'tunnel' ? target : 'http://origin.test'}/`, { via });
    return buffer((await transport.send(request)).body);
  };
  const WAYS = fc.constantFrom('direct', 'forward', 'tunnel');
  const HEAD = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');

  test('a chunked body arrives whole in any chunks, with extensions and trailers, in pieces that are cut anywhere', async () => {
    const arrived = (): number =>
      Object.values(ways)
        .flatMap(({ connections }) => connections)
        .reduce((sum, { pieces }) => sum + pieces.length, 0);
    let written = 0;
    await fc.assert(
      fc.asyncProperty(CHUNKED, CUTS, WAYS, async ({ body, bytes }, cuts, way) => {
        playing = { pieces: piecesOf(Buffer.concat([HEAD, bytes]), cuts), then: 'go on' };
        written += playing.pieces.length;
        expect((await ask(way)).equals(body)).toBe(true);
      }),
      { numRuns: 150 },
    );
    // What the kernel had put together would be no pieces.
    expect(arrived()).toBeGreaterThan(0.9 * written);
    // Nothing stood behind a body, so that each answer left its connection to the next.
    for (const { connections } of Object.values(ways)) expect(connections).toHaveLength(1);
  });

  test('a chunked body that ends anywhere before its end fails, whatever has arrived of it', async () => {
    const HOW = fc.constantFrom('end', 'reset');
    const WHERE = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    await fc.assert(
      fc.asyncProperty(
        CHUNKED,
        WHERE,
        CUTS,
        WAYS,
        HOW,
        async ({ bytes }, where, cuts, way, then) => {
          const kept = bytes.subarray(0, Math.floor(where * bytes.length));
          playing = { pieces: piecesOf(Buffer.concat([HEAD, kept]), cuts), then };
          const error = await ask(way).then(
            (body) => new Error(`It should have failed, and ${body.length} bytes arrived`),
            (reason: unknown) => reason,
          );
          if (!isSdkError(error)) throw error;
          // A proxy may throw the head away when the end comes right behind it.
          expect(error).toMatchObject({
            code: 'SDK_CONNECTION',
            requestSent: expect.stringMatching(/yes|maybe/),
          });
        },
      ),
      { numRuns: 150 },
    );
  });
});
