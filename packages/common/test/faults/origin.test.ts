/** Origins that misbehave, over every way to them. */
import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { scripts, type ConnectionScript } from '@sdk/testing';
import type { CallOptions } from '@sdk/common';
import {
  ENGINES,
  meet,
  mendable,
  POST,
  SHORT_MS,
  TOTAL_MS,
  together,
  type Place,
} from './stand.js';
import { WAYS, type Way } from './ways.js';

interface Fault {
  readonly fault: string;
  readonly script: ConnectionScript;
  readonly timeouts?: CallOptions['timeouts'];
  /** What the error says. */
  readonly says: Readonly<Record<string, unknown>>;
  /** How often a GET and a POST reach the origin. */
  readonly asked: readonly [get: number, post: number];
}

/** Nothing of an answer came: what a POST did is not known, so that it is never sent again. */
const lost = (reason: unknown, retryable = true): Pick<Fault, 'says' | 'asked'> => ({
  says: { code: 'SDK_CONNECTION', reason, requestSent: 'maybe', retryable },
  asked: retryable ? [3, 1] : [1, 1],
});
const brokeOff = (reason: unknown, retryable = true): Pick<Fault, 'says' | 'asked'> => ({
  says: { code: 'SDK_CONNECTION', reason, requestSent: 'yes', retryable },
  asked: retryable ? [3, 1] : [1, 1],
});
const silent = (phase: 'headers' | 'idle'): Pick<Fault, 'says' | 'asked' | 'timeouts'> => ({
  says: {
    code: 'SDK_TIMEOUT',
    phase,
    timeoutMs: SHORT_MS,
    requestSent: phase === 'headers' ? 'maybe' : 'yes',
    retryable: true,
  },
  asked: [3, 1],
  timeouts: { [`${phase}Ms`]: SHORT_MS },
});

const OK = 'HTTP/1.1 200 OK\r\n';
const HALF = `${OK}Content-Length: 1000\r\n\r\n${'x'.repeat(500)}`;
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const HPE = expect.stringMatching(/^HPE_/);

/** Says this much, and breaks the connection. */
function thenReset(bytes: string): ConnectionScript {
  return async (socket, api) => {
    await api.head();
    if (bytes === '') return api.reset();
    socket.write(bytes);
    // A reset overtakes what still waits to be read: it has to have arrived.
    await sleep(30);
    api.reset();
  };
}

/** Says this again and again, so that no wait for bytes is ever long. */
function drip(first: string, next: string): ConnectionScript {
  return async (socket, api) => {
    await api.head();
    socket.on('end', () => socket.end());
    socket.write(first);
    while (!socket.destroyed) {
      await sleep(20);
      socket.write(next);
    }
  };
}

const FAULTS: readonly Fault[] = [
  { fault: 'closes without an answer', script: scripts.closeEarly(), ...lost('ECONNRESET') },
  { fault: 'resets without an answer', script: thenReset(''), ...lost('ECONNRESET') },
  { fault: 'never answers', script: scripts.silent, ...silent('headers') },
  {
    fault: 'falls silent within its headers',
    script: scripts.answer(`${OK}Content-Le`),
    ...silent('headers'),
  },
  {
    fault: 'drips a header without an end',
    script: drip(`${OK}X-Long: `, 'x'),
    ...silent('headers'),
  },
  {
    fault: 'asks to wait by interim answers for ever',
    script: drip('', 'HTTP/1.1 102 Processing\r\n\r\n'),
    ...silent('headers'),
  },
  {
    fault: 'closes within its status line',
    script: scripts.answer('HTTP/1.1 20', 'end'),
    ...lost('ECONNRESET'),
  },
  {
    fault: 'closes within its headers',
    script: scripts.answer(`${OK}Content-Le`, 'end'),
    ...lost('ECONNRESET'),
  },
  { fault: 'answers garbage', script: scripts.garbage, ...lost(HPE, false) },
  {
    fault: 'answers with a header of 1 MiB',
    script: scripts.endlessHeader(),
    ...lost('HPE_HEADER_OVERFLOW', false),
  },
  {
    fault: 'answers with a control character in a header',
    script: scripts.answer(`${OK}X-Bell: a\x00b\r\n\r\n`),
    ...lost(HPE, false),
  },
  {
    fault: 'names two lengths of its body',
    script: scripts.answer(`${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`),
    ...lost(HPE, false),
  },
  {
    fault: 'names a length of a chunked body',
    script: scripts.answer(`${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello`),
    ...lost(HPE, false),
  },
  { fault: 'closes within a body', script: scripts.answer(HALF, 'end'), ...brokeOff('ECONNRESET') },
  { fault: 'resets within a body', script: thenReset(HALF), ...brokeOff('ECONNRESET') },
  { fault: 'falls silent within a body', script: scripts.answer(HALF), ...silent('idle') },
  {
    fault: 'closes within a chunk',
    script: scripts.answer(`${CHUNKED}10\r\nhalf`, 'end'),
    ...brokeOff('ECONNRESET'),
  },
  {
    fault: 'closes before the last chunk',
    script: scripts.answer(`${CHUNKED}5\r\nhello\r\n`, 'end'),
    ...brokeOff('ECONNRESET'),
  },
  {
    fault: 'sends a chunk that is none',
    script: scripts.answer(`${CHUNKED}5\r\nhello\r\nzz\r\n`),
    ...brokeOff(HPE, false),
  },
  {
    fault: 'sends a chunk longer than it said',
    script: scripts.answer(`${CHUNKED}5\r\nhello, world\r\n0\r\n\r\n`),
    ...brokeOff(HPE, false),
  },
];

/** The fault at the end of a way, until it is mended. */
async function at({ to }: Way, fault: ConnectionScript): Promise<Place> {
  const { script, heal } = mendable(fault);
  return { ...(await to(script)), heal };
}

describe.each(ENGINES)('$engine, over every way, to an origin', (engine) => {
  test.each(FAULTS)('that $fault', async ({ script, timeouts, says, asked: [get, post] }) => {
    const through = async (to: Way, spec: typeof POST, asked: number): Promise<void> => {
      const { way } = to;
      const place = await at(to, script);
      const { facts, tries } = await meet(engine, place, { timeouts, ...spec });
      const seen = { way, ...spec, asked: place.arrived() - 1, tries };
      expect({ way, ...facts }).toMatchObject(says);
      expect(seen).toEqual({ way, ...spec, asked, tries: asked });
    };
    await together(WAYS.flatMap((to) => [through(to, {}, get), through(to, POST, post)]));
  });

  test.each(FAULTS.filter(({ timeouts }) => timeouts !== undefined))(
    'that $fault, within the total that the call has',
    async ({ script }) => {
      const through = async (to: Way): Promise<void> => {
        const place = await at(to, script);
        const { facts, tries } = await meet(engine, place, { timeouts: { totalMs: TOTAL_MS } });
        expect({ way: to.way, tries, ...facts }).toMatchObject({
          way: to.way,
          tries: 1,
          code: 'SDK_TIMEOUT',
          phase: 'total',
          timeoutMs: TOTAL_MS,
          retryable: false,
        });
      };
      await together(WAYS.map(through));
    },
  );
});
