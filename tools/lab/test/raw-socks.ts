import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const LIMIT_MS = 20_000;

/** A connection on which SOCKS is spoken by hand; the caller destroys the socket. */
export interface RawSocks {
  readonly socket: Socket;
  /** Sends, and reads `length` bytes; `undefined` where the server ends the connection first. */
  ask(bytes: Buffer, length: number): Promise<Buffer | undefined>;
}

export async function openSocks(address: string): Promise<RawSocks> {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error(`no answer in ${LIMIT_MS} ms`)));
  await once(socket, 'connect');
  return {
    socket,
    async ask(bytes, length) {
      socket.write(bytes);
      let got = Buffer.alloc(0);
      for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
        got = Buffer.concat([got, chunk as Buffer]);
        if (got.length >= length) return got;
      }
      return undefined;
    },
  };
}

const portBytes = (port: number): Buffer => Buffer.from([port >> 8, port & 255]);
const counted = (text: string): Buffer =>
  Buffer.from([text.length, ...Buffer.from(text, 'latin1')]);

/** RFC 1928 §4: CONNECT to a name, or to 127.0.0.1. */
export function socks5Connect(port: number, name?: string): Buffer {
  const target = name === undefined ? [1, 127, 0, 0, 1] : [3, ...counted(name)];
  return Buffer.concat([Buffer.from([5, 1, 0, ...target]), portBytes(port)]);
}

/** RFC 1929 §2. */
export function socks5Credentials(username: string, password: string): Buffer {
  return Buffer.concat([Buffer.from([1]), counted(username), counted(password)]);
}

/** SOCKS4: CONNECT to 127.0.0.1; with a name, SOCKS4a. */
export function socks4Connect(port: number, name?: string): Buffer {
  const address = name === undefined ? [127, 0, 0, 1] : [0, 0, 0, 1];
  const tail = name === undefined ? '\0' : `\0${name}\0`;
  return Buffer.concat([
    Buffer.from([4, 1]),
    portBytes(port),
    Buffer.from(address),
    Buffer.from(tail, 'latin1'),
  ]);
}

/** What a client offers that knows no credentials, and what one offers that has some. */
export const SOCKS5_NO_CREDENTIALS = Buffer.from([5, 1, 0]);
export const SOCKS5_CREDENTIALS = Buffer.from([5, 1, 2]);
