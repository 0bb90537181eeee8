import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { until } from '@sdk/testing';
import { keep, origin } from '../connection/stand.js';
import { ENGINES } from '../engines.js';
import { attempt } from './request.js';

/** As Node's `http` fails a request whose client has gone, and its own answer that breaks off. */
const lookalike = () => Object.assign(new Error('aborted'), { code: 'ECONNRESET' });

const FALSY: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['0', 0],
  ['an empty text', ''],
  ['false', false],
];

function unreadable(): never {
  throw new RangeError('nobody can read it');
}

/** Boxed, since a promise reads what it is resolved with. */
function failure(promise: Promise<unknown>): Promise<{ readonly error: unknown }> {
  return promise.then(
    () => ({ error: undefined }),
    (error: unknown) => ({ error }),
  );
}

/** Reading these throws. */
const HOSTILE: readonly (readonly [string, () => unknown])[] = [
  [
    'a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
  ],
  ['an object whose stack throws', () => Object.defineProperty({}, 'stack', { get: unreadable })],
  [
    'an error whose message and code throw',
    () =>
      Object.defineProperties(new Error(), {
        message: { get: unreadable },
        code: { get: unreadable },
      }),
  ],
];

describe.each(ENGINES)('under %s', (_name, Engine) => {
  /** Two answers that have begun and one that is awaited, under one signal. */
  async function three() {
    const server = await origin();
    const transport = keep(new Engine());
    const controller = new AbortController();
    const { signal } = controller;
    const send = (path: string) => transport.send(attempt(server.url + path, { signal }));
    const awaited = failure(send('/hang'));
    const begun = [await send('/stall'), await send('/stall')].map(({ body }) =>
      failure(buffer(body)),
    );
    await until(() => server.requests.length === 3);
    return { server, controller, awaited, begun };
  }

  test.each(FALSY)('a stream that %s ends fails with an error that carries it', async (_, why) => {
    const { server, controller, awaited, begun } = await three();
    controller.abort(why);
    expect((await awaited).error).toBe(why);
    for (const each of begun)
      expect(await each).toMatchObject({ error: { name: 'AbortError', cause: why as never } });
    await until(() => server.openSockets() === 0, 'the sockets were closed');
  });

  test.each(HOSTILE)('%s as the reason ends every call of its signal', async (_, make) => {
    const why = make();
    const { server, controller, awaited, begun } = await three();
    controller.abort(why);
    // Not `toBe`, which would read them to show a difference.
    expect((await awaited).error === why).toBe(true);
    for (const each of begun) {
      const { error } = await each;
      expect(error === why || (error as Error).cause === why).toBe(true);
    }
    await until(() => server.openSockets() === 0, 'the sockets were closed');
  });

  test('a reason that looks like an answer that broke off comes back as it is', async () => {
    const { controller, awaited, begun } = await three();
    const why = lookalike();
    controller.abort(why);
    for (const each of [awaited, ...begun]) expect((await each).error).toBe(why);
  });

  test('a reader that ends a body with such an error gets this error', async () => {
    const server = await origin();
    const transport = keep(new Engine());
    const { body } = await transport.send(attempt(`${server.url}/stall`));
    const failed = failure(buffer(body));
    const why = lookalike();
    body.destroy(why);
    expect((await failed).error).toBe(why);
  });
});
