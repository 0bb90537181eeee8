/** Whoever is next on the way, a proxy with its tunnel above all, breaks off in the middle of a body. */
import { describe, expect, test } from '@jest/globals';
import { scripts } from '@sdk/testing';
import { behind } from './cut-places.js';
import { causeOf, HOW } from './cut-script.js';
import { ENGINES, meet, POST } from './stand.js';
import { WAYS, type Way } from './ways.js';

const BODY_BYTES = 128 * 1024;
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY_BYTES}\r\n\r\n${'x'.repeat(BODY_BYTES)}`;
/** More than the handshakes of any way and the first records of its TLS, and with them less than the whole. */
const HALF = behind(BODY_BYTES / 2);

describe.each(ENGINES)('$engine', (engine) => {
  test.each(HOW)(
    'by %s after half a body, over every way, the body is never handed over, and no change is done twice',
    async (how) => {
      const through = async ({ way, to }: Way): Promise<void> => {
        for (const { spec, asked } of [
          { spec: {}, asked: 3 },
          { spec: POST, asked: 1 },
        ]) {
          const place = await to(scripts.answer(ANSWER), { at: HALF, by: how });
          const { error, facts, tries } = await meet(engine, place, spec);
          const seen = { way, tries, asked: place.arrived(), cause: error.cause, ...facts };
          expect(seen).toMatchObject({
            way,
            tries: asked,
            asked,
            code: 'SDK_CONNECTION',
            reason: 'ECONNRESET',
            requestSent: 'yes',
            retryable: true,
            ...causeOf(how),
          });
        }
      };
      await Promise.all(WAYS.map(through));
    },
  );
});
