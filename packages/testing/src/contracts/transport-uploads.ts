import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { ScriptedProxy } from '../scripted-proxy.js';
import { until } from '../until.js';
import { rejection } from './runner.js';
import { attempt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, pause, type TransportStand } from './transport-stand.js';

/** Pieces of a size, without an end unless there is a limit; `pulled` counts them. */
function source(size: number, everyMs = 0, limit = Infinity) {
  const count = { pulled: 0 };
  async function* pieces(): AsyncGenerator<Buffer> {
    while (count.pulled < limit) {
      count.pulled += 1;
      yield Buffer.alloc(size);
      if (everyMs > 0) await pause(everyMs);
    }
  }
  return { body: Readable.from(pieces(), { objectMode: false }), count };
}

/** A server that takes a connection and not a byte of it; until `resume` it cannot see its end. */
async function deaf(stand: TransportStand): Promise<ScriptedProxy & { resume(): void }> {
  const sockets: Socket[] = [];
  const raw = await stand.scripted((socket) => {
    sockets.push(socket.pause().on('end', () => socket.end()));
  });
  return { ...raw, resume: () => sockets.forEach((socket) => socket.resume()) };
}

/** A server that answers so at the head of a request, and reads on. */
function hasty(stand: TransportStand, answer: string): Promise<ScriptedProxy> {
  return stand.scripted(async (socket, api) => {
    socket.on('end', () => socket.end());
    await api.head();
    socket.write(answer);
  });
}

/** Bodies on their way up: whole, as fast as the peer takes them, and let go when all is over. */
export function testUploads({ expect, can, on }: TransportBench): void {
  for (const [what, length] of [
    ['longer', '4000'],
    ['shorter', '6000'],
  ]) {
    on(`a body that is ${what} than its Content-Length is refused`, async (stand) => {
      const origin = await stand.origin();
      const transport = await stand.transport();
      for (const body of [Readable.from([Buffer.alloc(5_000)]), Buffer.alloc(5_000)]) {
        const headers = ['Content-Length', length!];
        const error = await failureOf(transport, `${origin.url}/`, {
          method: 'PUT',
          body,
          headers,
        });
        expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'body' });
      }
    });
  }

  on('a stream that fails within its upload leaves no socket behind', async (stand) => {
    const origin = await stand.origin();
    const why = new Error('the disk is gone');
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      await pause(20);
      throw why;
    }
    const body = Readable.from(failing());
    const transport = await stand.transport();
    const error = await failureOf(transport, `${origin.url}/`, { method: 'PUT', body });
    expect(error === (why as unknown)).toBe(true);
    await until(() => origin.openSockets() === 0, 'the socket of the upload was closed');
  });

  on(
    'a stream that failed before its connection stood ends the request with its own error',
    async (stand) => {
      const origin = await stand.origin();
      const why = new Error('no such file');
      const body = new Readable({ read: () => undefined });
      body.on('error', () => undefined);
      body.destroy(why);
      const transport = await stand.transport();
      const error = await failureOf(transport, `${origin.url}/`, { method: 'PUT', body });
      expect(error === (why as unknown)).toBe(true);
      expect(origin.requests.length).toBe(0);
    },
  );

  on('an upload is read no faster than the peer takes it', async (stand) => {
    const raw = await deaf(stand);
    const { body, count } = source(65_536);
    const controller = new AbortController();
    const { signal } = controller;
    const transport = await stand.transport();
    const sent = rejection(transport.send(attempt(`${raw.url}/`, { method: 'PUT', body, signal })));
    await until(() => count.pulled > 0);
    let before = -1;
    await until(
      async () => {
        const stands = count.pulled === before;
        before = count.pulled;
        if (!stands) await pause(100);
        return stands;
      },
      'the buffers were full',
      10_000,
    );
    await pause(100);
    // What fits into the buffers of the two sockets, and not a piece more.
    expect(count.pulled).toBe(before);
    expect(count.pulled * 65_536).toBeLessThan(16 * 1024 * 1024);
    controller.abort();
    expect((await sent)['name']).toBe('AbortError');
    raw.resume();
  });

  on(
    'an answer that refuses an upload halfway is read, and the rest of the upload is not sent',
    async (stand) => {
      const raw = await hasty(stand, 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
      const { body, count } = source(1_000, 5, 1_000);
      const transport = await stand.transport();
      const { status, text } = await exchange(transport, `${raw.url}/`, { method: 'PUT', body });
      expect([status, text]).toEqual([403, 'no']);
      await until(() => body.destroyed, 'the body was let go');
      expect(count.pulled).toBeLessThan(500);
      await until(() => raw.openSockets() === 0, 'the socket of the upload was closed');
    },
  );

  for (const [what, close] of [
    ['', ''],
    [' of a server that closes', 'Connection: close\r\n'],
  ]) {
    on(`the end of an early answer${what} ends the upload and its socket`, async (stand) => {
      const raw = await hasty(stand, `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${close}\r\nok`);
      const transport = await stand.transport();
      const { body, count } = source(1_000, 5, 1_000);
      const { status, text } = await exchange(transport, `${raw.url}/`, { method: 'PUT', body });
      expect([status, text]).toEqual([200, 'ok']);
      await until(() => body.destroyed && raw.openSockets() === 0, 'the upload ended');
      expect(count.pulled).toBeLessThan(500);
    });
  }

  on(
    'an early answer to an upload that the server reads no further frees its place',
    async (stand) => {
      const raw = await stand.scripted(async (socket, api) => {
        await api.head();
        socket.pause().write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
      const transport = await stand.transport(can.options ? { maxSockets: 1 } : {});
      for (const body of [
        source(65_536).body,
        source(10, 5).body,
        Buffer.alloc(32 * 1024 * 1024),
      ]) {
        const put = { method: 'PUT', body, timeouts: { poolMs: 2_000 } };
        expect((await exchange(transport, `${raw.url}/`, put)).text).toBe('ok');
        if (body instanceof Readable) await until(() => body.destroyed, 'the body was let go');
      }
    },
  );

  on('idleMs bounds an upload whose peer takes nothing', async (stand) => {
    const transport = await stand.transport();
    const timeouts = { idleMs: 150, headersMs: 10_000 };
    for (const kind of ['a stream', 'bytes']) {
      const raw = await deaf(stand);
      const stream = source(65_536, 0, 4_000).body;
      const body = kind === 'bytes' ? Buffer.alloc(32 * 1024 * 1024) : stream;
      const error = await failureOf(transport, `${raw.url}/`, { method: 'PUT', body, timeouts });
      expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'idle' });
      if (body === stream) expect(stream.destroyed).toBe(true);
      raw.resume();
      await until(() => raw.openSockets() === 0, 'the socket of the upload was closed');
    }
  });

  on('headersMs counts from the end of the upload', async (stand) => {
    const origin = await stand.origin();
    const { body } = source(1, 150, 6);
    const timeouts = { headersMs: 600 };
    const transport = await stand.transport();
    const { text } = await exchange(transport, `${origin.url}/`, { method: 'PUT', body, timeouts });
    expect(JSON.parse(text)).toMatchObject({ bodyBytes: 6 });
  });

  on('bytes above 64 KiB may take longer than headersMs to be sent', async (stand) => {
    // Far more than the buffers of the two sockets hold: what lies in those counts as sent.
    const bytes = 64 * 1024 * 1024;
    const raw = await stand.scripted((socket) => {
      let received = 0;
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length;
        socket.pause();
        setTimeout(() => socket.resume(), 2);
        if (received >= bytes) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    });
    const transport = await stand.transport();
    const timeouts = { idleMs: 5_000, headersMs: 1_000 };
    const startedAt = performance.now();
    const body = Buffer.alloc(bytes);
    const { status } = await exchange(transport, `${raw.url}/`, { method: 'PUT', body, timeouts });
    expect(status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(1_000);
  });
}
