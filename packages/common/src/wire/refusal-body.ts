/** Reads and discards the body of a refusal, so that its connection can carry the next leg (RFC 9112 §6.3). */
import type { Socket } from 'node:net';
import { valuesOf, type TunnelAnswer } from './tunnel-answer.js';

/** Reading a longer page costs more than a new connection. */
const MAX_BODY_BYTES = 64 * 1024;

/** Where a body ends: after so many bytes, or with its last chunk. */
type Framing = number | 'chunked';

/**
 * Reads what follows the head of `answer`. `false` if the connection cannot carry another request: the proxy closes it, does
 * not say where the body ends, or sends more than it announced.
 */
export function drainRefusal(socket: Socket, answer: TunnelAnswer): Promise<boolean> {
  const framing = framingOf(answer);
  if (framing === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    const finish = (usable: boolean): void => {
      socket.removeListener('readable', onReadable);
      socket.removeListener('end', onBreak);
      socket.removeListener('close', onBreak);
      socket.removeListener('error', onBreak);
      resolve(usable);
    };
    const onBreak = (): void => finish(false);
    const onReadable = (): void => {
      for (
        let chunk = socket.read() as Buffer | null;
        chunk !== null;
        chunk = socket.read() as Buffer | null
      ) {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      }
      const end = endOf(received, framing);
      if (end === undefined && received.length <= MAX_BODY_BYTES) return;
      // Bytes after the body are an answer that nobody asked for.
      finish(end === received.length);
    };
    socket.on('readable', onReadable);
    socket.on('end', onBreak);
    socket.on('close', onBreak);
    socket.on('error', onBreak);
    onReadable();
  });
}

/** `undefined` where only the end of the connection ends the body. */
function framingOf(answer: TunnelAnswer): Framing | undefined {
  const connection = ['connection', 'proxy-connection']
    .flatMap((name) => valuesOf(answer, name))
    .flatMap((value) => value.toLowerCase().split(','))
    .map((each) => each.trim());
  if (connection.includes('close') || (answer.old && !connection.includes('keep-alive')))
    return undefined;
  const codings = valuesOf(answer, 'transfer-encoding');
  if (codings.length > 0)
    return codings.join(',').trim().toLowerCase() === 'chunked' ? 'chunked' : undefined;
  const [length, ...others] = new Set(valuesOf(answer, 'content-length'));
  if (length === undefined || others.length > 0 || !/^\d{1,6}$/.test(length)) return undefined;
  return Number(length) <= MAX_BODY_BYTES ? Number(length) : undefined;
}

/** Where the body ends in the received bytes; `undefined` if it has not ended yet; -1 if it cannot be read. */
function endOf(bytes: Buffer, framing: Framing): number | undefined {
  if (framing !== 'chunked') return bytes.length < framing ? undefined : framing;
  for (let at = 0; ;) {
    const line = bytes.indexOf('\r\n', at, 'latin1');
    if (line < 0) return undefined;
    const size = /^([0-9a-f]{1,5})[\t ]*(?:;|$)/i.exec(bytes.toString('latin1', at, line))?.[1];
    if (size === undefined) return -1;
    const length = Number.parseInt(size, 16);
    if (length === 0) return endOfTrailer(bytes, line + 2);
    at = line + 2 + length + 2;
    if (at > bytes.length) return undefined;
  }
}

function endOfTrailer(bytes: Buffer, from: number): number | undefined {
  for (let at = from; ;) {
    const line = bytes.indexOf('\r\n', at, 'latin1');
    if (line < 0) return undefined;
    if (line === at) return line + 2;
    at = line + 2;
  }
}
