/** A process that computes for longer than a timer lasts, while the peer answers in time. */
import { describe, expect, test } from '@jest/globals';
import { serverAt } from '@sdk/testing';
import { keep, rejection } from '../connection/stand.js';
import { ENGINES } from '../engines.js';
import { startBusyServer } from './busy-server.js';
import { attempt, text } from './request.js';

/** Long enough to see that the server holds something, on a busy machine too. */
const LIMIT_MS = 600;
const BUSY_MS = LIMIT_MS + 50;

describe.each(ENGINES)(
  'under %s a busy process does not take what has arrived for silence',
  (_name, Engine) => {
    test('when the answer begins', async () => {
      const server = keep(await startBusyServer());
      const transport = keep(new Engine());
      const sent = transport.send(
        attempt(`${server.url}/head/held`, { timeouts: { headersMs: LIMIT_MS } }),
      );
      await server.beBusy(BUSY_MS);
      expect(await text((await sent).body)).toBe('whole');
    });

    test('within a body', async () => {
      const server = keep(await startBusyServer());
      const transport = keep(new Engine());
      const { body } = await transport.send(
        attempt(`${server.url}/body/held`, { timeouts: { idleMs: LIMIT_MS } }),
      );
      const read = text(body);
      await server.beBusy(BUSY_MS);
      expect(await read).toBe('whole');
    });

    test('when a proxy opens a tunnel', async () => {
      const server = keep(await startBusyServer());
      const transport = keep(new Engine());
      const via = serverAt(server, { tunnel: 'always' });
      const sent = transport.send(
        attempt('http://origin.test/', { via, timeouts: { proxyMs: LIMIT_MS } }),
      );
      await server.beBusy(BUSY_MS);
      expect(await text((await sent).body)).toBe('whole');
    });

    test('in the queue for a socket', async () => {
      const server = keep(await startBusyServer());
      const transport = keep(new Engine({ maxSockets: 1 }));
      const first = transport
        .send(attempt(`${server.url}/head/held`))
        .then(({ body }) => text(body));
      const second = transport.send(attempt(`${server.url}/`, { timeouts: { poolMs: LIMIT_MS } }));
      await server.beBusy(BUSY_MS);
      expect(await first).toBe('whole');
      expect(await text((await second).body)).toBe('whole');
    });

    test('and the total is what the caller said, busy or not', async () => {
      const server = keep(await startBusyServer());
      const transport = keep(new Engine());
      const sent = rejection(
        transport.send(
          attempt('http://origin.test/', {
            via: serverAt(server, { tunnel: 'always' }),
            timeouts: { totalMs: LIMIT_MS },
          }),
        ),
      );
      await server.beBusy(BUSY_MS);
      expect(await sent).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total' });
    });
  },
);
