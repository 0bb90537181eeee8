import type { Readable } from 'node:stream';
import type { Timeouts, Transport } from '@sdk/common';
import type { ConnectionScript, ScriptedProxy } from '../scripted-proxy.js';
import { until } from '../until.js';
import { rejection } from './runner.js';
import { attempt, serverAt, type Attempt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, pause, readAll, type TransportStand } from './transport-stand.js';

/** More than a stream, a socket and the kernel hold for a reader who does not read. */
const MUCH = 20_000_000;
const PIECE = Buffer.alloc(64 * 1024);

/** How an answer says where its body ends. After none of them does the connection serve another request. */
const FRAMINGS: Readonly<Record<string, string>> = {
  'until the close': 'Connection: close',
  'with a length': `Connection: close\r\nContent-Length: ${MUCH}`,
  'in chunks': 'Connection: close\r\nTransfer-Encoding: chunked',
};

function framed(framing: string, bytes: Buffer): Buffer {
  if (!framing.includes('chunked')) return bytes;
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
}

/** Goes on sending as long as somebody takes it, or until so much is sent. */
function sending(framing: string, total = MUCH): ConnectionScript {
  const piece = framed(framing, PIECE);
  return async (socket, api) => {
    await api.head();
    socket.write(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`);
    for (let sent = 0; sent < total && !socket.destroyed; sent += PIECE.length) {
      if (socket.write(piece)) continue;
      await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
    }
  };
}

/** What a reader who has enough before the end has to do with. */
interface Early {
  readonly transport: Transport;
  readonly body: Readable;
  readonly controller: AbortController;
}

/** A way to end a body, and what it then has for one who reads on, where that is certain. */
interface EarlyEnd {
  readonly timeouts?: Partial<Timeouts>;
  end(early: Early): Promise<unknown>;
  readonly failure?: Record<string, unknown>;
}

const ended = ({ body }: Early): Promise<void> =>
  until(() => body.destroyed, 'the body was ended', 10_000);

const EARLY_ENDS: Readonly<Record<string, EarlyEnd>> = {
  'by leaving its loop': {
    async end({ body }) {
      for await (const _piece of body) {
        await pause(50);
        break;
      }
    },
  },
  'by destroying it': { end: async ({ body }) => body.destroy() },
  'by the signal': {
    end: async ({ controller }) => controller.abort(new Error('enough')),
    failure: { message: 'enough' },
  },
  'by the total': {
    timeouts: { totalMs: 400 },
    end: ended,
    failure: { code: 'SDK_TIMEOUT', phase: 'total' },
  },
  'because nobody reads it': {
    timeouts: { idleMs: 400 },
    end: ended,
    failure: { code: 'SDK_TIMEOUT', phase: 'idle' },
  },
  'by closing the transport': {
    end: ({ transport }) => transport.close(),
    failure: { code: 'SDK_CONNECTION', reason: 'ECONNABORTED' },
  },
};

/** How bodies end: whole, broken off, or because their reader has enough. */
export function testEndings({ expect, can, on }: TransportBench): void {
  for (const [how, { timeouts, end, failure }] of Object.entries(EARLY_ENDS)) {
    on(`a body of which much is unread can be ended early ${how}`, async (stand) => {
      const endOne = async (framing: string): Promise<void> => {
        const raw = await stand.scripted(sending(framing));
        const transport = await stand.transport();
        const controller = new AbortController();
        const reading = async (): Promise<void> => {
          const request = attempt(`${raw.url}/`, { timeouts, signal: controller.signal });
          const { body } = await transport.send(request);
          // By then the reader's side has taken what it has room for.
          await pause(100);
          await end({ transport, body, controller });
          if (failure !== undefined) await readAll(body);
        };
        if (failure === undefined) await reading();
        else expect(await rejection(reading())).toMatchObject(failure);
        await until(() => raw.openSockets() === 0, 'the socket was closed');
      };
      await Promise.all(Object.values(FRAMINGS).map(endOne));
      // What the end of a socket brings with it is over.
      await pause(20);
    });
  }

  on('a reset while much is unread ends the body, and nothing else', async (stand) => {
    const resetOne = async (framing: string, total: number): Promise<void> => {
      let reset = (): void => undefined;
      const raw = await stand.scripted((socket, api) => {
        reset = () => api.reset();
        return sending(framing, total)(socket, api);
      });
      const { body } = await (await stand.transport()).send(attempt(`${raw.url}/`));
      await pause(100);
      reset();
      await pause(50);
      // With bytes that were not read yet, a reset is read as an end.
      await readAll(body).catch(() => undefined);
      expect(body.destroyed).toBe(true);
    };
    for (const total of [PIECE.length, 2 * PIECE.length, MUCH]) {
      await Promise.all(Object.values(FRAMINGS).map((framing) => resetOne(framing, total)));
    }
  });

  const wholeFor = async (stand: TransportStand, header: string): Promise<void> => {
    let sent = (): void => undefined;
    const gone = new Promise<void>((resolve) => (sent = resolve));
    const raw = await stand.scripted(async (socket, api) => {
      await api.head();
      socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n`);
      socket.end(PIECE, () => sent());
    });
    const { body } = await (await stand.transport()).send(attempt(`${raw.url}/`));
    await gone;
    await pause(100);
    expect((await readAll(body)).length).toBe(PIECE.length);
  };

  on(
    'a body that fills its reader’s room to the last byte is whole for one who comes late',
    async (stand) => {
      const length = `Content-Length: ${PIECE.length}`;
      const headers = [length, `Connection: close\r\n${length}`, 'Connection: close'];
      await Promise.all(headers.map((header) => wholeFor(stand, header)));
    },
  );

  on(
    'a body without a length whose connection is reset is never taken for whole',
    async (stand) => {
      const tls = await (await stand.authority()).issue({ hosts: ['127.0.0.1'] });
      const resetting = async (secure: boolean): Promise<ScriptedProxy & { reset(): void }> => {
        let reset = (): void => undefined;
        const raw = await stand.scripted(
          async (socket, api) => {
            await api.head();
            socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na part');
            reset = () => api.reset();
          },
          secure ? { tls } : {},
        );
        return { ...raw, reset: () => reset() };
      };
      const broken = async (raw: { reset(): void }, url: string, more: Attempt): Promise<void> => {
        const { body } = await (await stand.transport()).send(attempt(url, more));
        const reading = rejection(readAll(body));
        await until(() => body.readableDidRead, 'the part had come');
        raw.reset();
        expect(await reading).toMatchObject({
          code: 'SDK_CONNECTION',
          reason: 'ECONNRESET',
          requestSent: 'yes',
        });
      };
      const [plain, secure] = [await resetting(false), await resetting(true)];
      await broken(plain, `${plain.url}/`, {});
      await broken(secure, `${secure.url}/`, { tls: await stand.trust() });
      if (!can.proxies) return;
      const proxy = await resetting(false);
      await broken(proxy, 'http://origin.test/', { via: serverAt(proxy) });
    },
  );

  on('a 204 or 304 is whole without the body that its length announces', async (stand) => {
    for (const status of ['204 No Content', '304 Not Modified']) {
      for (const body of ['', 'abc']) {
        const raw = await stand.scripted(async (socket, api) => {
          await api.head();
          socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 3\r\n\r\n${body}`);
        });
        const transport = await stand.transport();
        const answer = await exchange(transport, `${raw.url}/`, { method: 'DELETE' });
        expect([`${answer.status}`, answer.text]).toEqual([status.slice(0, 3), '']);
        await transport.close();
      }
    }
  });
}
