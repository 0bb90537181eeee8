/** What a proxy, or a PAC file, answers: cut anywhere it means the same, and nothing in it throws. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSdkError, type ProxyError } from '@sdk/common';
import { attempt, serverAt, startScriptedProxy } from '@sdk/testing';
import { readPacAnswer } from '../../src/proxy/pac/answer.js';
import { parseChallenges } from '../../src/route/challenges.js';
import { ENGINES, type Engine } from '../faults/stand.js';
import { CHUNKED, CUTS, piecesOf, writeApart } from './chunks.js';

const TOKEN = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/);

interface Answer {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly interim: boolean;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** An answer to CONNECT: its status, and what stands before and behind it. */
const ANSWER: fc.Arbitrary<Answer> = fc.record({
  version: fc.constantFrom('1.1', '1.0'),
  status: fc.constantFrom(200, 204, 299, 302, 403, 404, 407, 429, 502),
  reason: fc.constantFrom('', ' ', ' OK', ' Connection established \xff'),
  interim: fc.boolean(),
  headers: fc.array(fc.tuple(TOKEN, fc.stringMatching(/^[\t\x20-\x7e\xa0-\xff]{0,30}$/)), {
    maxLength: 4,
  }),
});

function written({ version, status, reason, interim, headers }: Answer): Buffer {
  const head = [
    `HTTP/${version} ${status}${reason}`,
    ...headers.map(([name, value]) => `X-${name}: ${value}`),
  ];
  const before = interim ? 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' : '';
  return Buffer.from(`${before}${head.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** What answers a request in a tunnel that stands. */
const TEAPOT = 'HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n';

/** What comes of a request whose CONNECT is answered by these pieces; a tunnel that stands answers 418. */
async function outcome(engine: Engine, pieces: readonly Buffer[]): Promise<unknown> {
  await using proxy = await startScriptedProxy(async (socket, api) => {
    await api.head();
    api.onBytes(() => socket.end(TEAPOT));
    await writeApart(socket, pieces);
  });
  const transport = engine.open();
  try {
    const via = serverAt(proxy, { tunnel: 'always' });
    const { status, body } = await transport.send(attempt('http://origin.test/', { via }));
    body.resume();
    return { status };
  } catch (error) {
    if (!isSdkError(error)) throw error;
    const { code, phase, status } = error as ProxyError;
    return { code, phase, refusal: status };
  } finally {
    await transport.close();
  }
}

const CHALLENGE = Buffer.from(
  [
    'HTTP/1.1 407 Proxy Authentication Required',
    'Proxy-Authenticate: Digest realm="r", nonce="n", qop="auth"',
    'Transfer-Encoding: chunked',
    '',
    '',
  ].join('\r\n'),
);

/** What comes of a request whose first CONNECT is answered by these pieces, and the one with credentials by a tunnel. */
async function legsBehind(
  engine: Engine,
  pieces: readonly Buffer[],
  ends = false,
): Promise<{ status: number; connections: number }> {
  await using proxy = await startScriptedProxy(async (socket, api) => {
    socket.on('end', () => socket.end());
    const { raw } = await api.head();
    const known = (head: string): boolean => /^Proxy-Authorization: Digest /m.test(head);
    const open = 'HTTP/1.1 200 Connection established\r\n\r\n';
    let heads = '';
    api.onBytes((bytes) => {
      heads += bytes.toString('latin1');
      if (!heads.endsWith('\r\n\r\n')) return;
      if (heads.startsWith('CONNECT ')) socket.write(known(heads) ? open : CHALLENGE);
      else socket.end(TEAPOT);
      heads = '';
    });
    if (known(raw)) return void socket.write(open);
    await writeApart(socket, pieces);
    if (ends) socket.end();
  });
  const transport = engine.open();
  try {
    const credentials = { username: 'ada', password: 'p', scheme: 'digest' } as const;
    const via = serverAt(proxy, { tunnel: 'always', credentials });
    const { status, body } = await transport.send(attempt('http://origin.test/', { via }));
    body.resume();
    return { status, connections: proxy.connections.length };
  } finally {
    await transport.close();
  }
}

describe.each(ENGINES)('$engine', (engine) => {
  test('reads an answer to CONNECT in any pieces', async () => {
    await fc.assert(
      fc.asyncProperty(ANSWER, CUTS, async (answer, cuts) => {
        const bytes = written(answer);
        const { status } = answer;
        expect(await outcome(engine, piecesOf(bytes, cuts))).toEqual(
          status < 300
            ? { status: 418 }
            : { code: 'SDK_PROXY', phase: status === 407 ? 'auth' : 'tunnel', refusal: status },
        );
      }),
      { numRuns: 60 },
    );
  });

  test('reads a chunked page behind a 407 in any pieces, and sends the next leg on the same connection', async () => {
    await fc.assert(
      fc.asyncProperty(CHUNKED, CUTS, async ({ bytes }, cuts) => {
        const legs = await legsBehind(engine, piecesOf(Buffer.concat([CHALLENGE, bytes]), cuts));
        expect(legs).toEqual({ status: 418, connections: 1 });
      }),
      { numRuns: 100 },
    );
  });

  test('sends the next leg on another connection where the page behind a 407 is spoilt, cut off or followed by more', async () => {
    const SPOILT = fc.constantFrom(
      'xyz\r\n',
      '-1\r\n\r\n',
      '\r\n',
      '0x5\r\nhello\r\n',
      '123456\r\n',
    );
    const TOO_MUCH = fc.constantFrom('X', '\r\n', 'HTTP/1.1 200 OK\r\n\r\n');
    await fc.assert(
      fc.asyncProperty(
        CHUNKED,
        CUTS,
        fc.oneof(
          SPOILT.map((text) => ({ before: text })),
          TOO_MUCH.map((text) => ({ behind: text })),
          fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }).map((kept) => ({ kept })),
        ),
        async ({ bytes }, cuts, fault: { before?: string; behind?: string; kept?: number }) => {
          const { before = '', behind = '', kept = 1 } = fault;
          const page = Buffer.concat([
            CHALLENGE,
            Buffer.from(before),
            bytes.subarray(0, Math.floor(kept * bytes.length)),
          ]);
          const pieces = piecesOf(page, cuts);
          // In one packet with the end: what comes later is an answer to the next leg.
          const last = Buffer.concat([pieces.pop()!, Buffer.from(behind)]);
          const legs = await legsBehind(engine, [...pieces, last], kept < 1);
          expect(legs).toEqual({ status: 418, connections: 2 });
        },
      ),
      { numRuns: 100 },
    );
  });

  test('takes no answer to CONNECT for a tunnel that is none', async () => {
    const noise = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    const nearly = fc.constantFrom(
      'HTTP/1.1 20 OK\r\n\r\n',
      'HTTP/1.1 2000 OK\r\n\r\n',
      'HTTP/1.1  200 OK\r\n\r\n',
      'HTTP/2.0 200 OK\r\n\r\n',
      'http/1.1 200 OK\r\n\r\n',
      'HTTP/1.1 200\n\n',
      'ICY 200 OK\r\n\r\n',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          noise,
          nearly.map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          // What is no answer yet may become one: an empty line ends each of them.
          const ended = Buffer.concat([bytes, Buffer.from('\r\n\r\n\n\n')]);
          expect(await outcome(engine, [ended])).toMatchObject({
            code: 'SDK_PROXY',
            phase: 'tunnel',
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('challenges', () => {
  test('are read whatever they hold', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[A-Za-z ,="\\/+-]{0,40}$/),
    );
    fc.assert(
      fc.property(fc.array(text), (values) => {
        expect(parseChallenges(values).length).toBeLessThanOrEqual(32);
      }),
      { numRuns: 2_000 },
    );
  });

  test('come out as they were written, several in one value or apart, quoted or not', () => {
    const value = fc.stringMatching(/^[\x20-\x7e]{0,12}$/);
    const challenge = fc.record({
      scheme: TOKEN,
      parameters: fc.uniqueArray(fc.tuple(TOKEN, value), {
        minLength: 1,
        maxLength: 4,
        selector: ([name]) => name.toLowerCase(),
      }),
    });
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 5 }), fc.boolean(), (challenges, together) => {
        const lines = challenges.map(({ scheme, parameters }) => {
          const quoted = parameters.map(
            ([name, text]) => `${name}="${text.replace(/["\\]/g, '\\$&')}"`,
          );
          return `${scheme} ${quoted.join(', ')}`;
        });
        const read = parseChallenges(together ? [lines.join(', ')] : lines);
        expect(read.map(({ scheme, parameters }) => [scheme, [...parameters]])).toEqual(
          challenges.map(({ scheme, parameters }) => [
            scheme,
            parameters.map(([name, text]) => [name.toLowerCase(), text]),
          ]),
        );
      }),
    );
  });
});

describe('the answer of a PAC file', () => {
  const KEYWORDS = {
    PROXY: 'http:',
    HTTPS: 'https:',
    SOCKS: 'socks4a:',
    SOCKS5: 'socks5h:',
  } as const;

  test('is read whatever it holds, and shows nothing of it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^(?:(?:PROXY|DIRECT|SOCKS5?) ?[a-z0-9:.@/[\] -]{0,12};?){0,4}$/),
    );
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { ways, warnings } = readPacAnswer(`${before};PROXY ada:c4n4ry@p:1;${after}`);
        expect(ways.length).toBeLessThanOrEqual(32);
        expect(JSON.stringify(warnings)).not.toContain('c4n4ry');
      }),
      { numRuns: 2_000 },
    );
  });

  test('names its ways in order, in any case and however it is spaced', () => {
    const keyword = fc.constantFrom(...(Object.keys(KEYWORDS) as (keyof typeof KEYWORDS)[]));
    const way = fc.option(fc.tuple(keyword, fc.domain(), fc.integer({ min: 1, max: 65_535 })));
    const space = fc.constantFrom('', ' ', '\t', '  ');
    fc.assert(
      fc.property(fc.array(way, { maxLength: 8 }), space, fc.boolean(), (list, blank, lower) => {
        const text = list
          .map((one) => (one === null ? 'DIRECT' : `${one[0]}${blank || ' '}${one[1]}:${one[2]}`))
          .map((entry) => (lower ? entry.toLowerCase() : entry))
          .join(`${blank};${blank}`);
        expect(readPacAnswer(text).ways).toEqual(
          list.map((one) =>
            one === null
              ? 'direct'
              : { protocol: KEYWORDS[one[0]], host: one[1].toLowerCase(), port: one[2] },
          ),
        );
      }),
    );
  });
});
