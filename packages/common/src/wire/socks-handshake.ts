/** The two dialects of SOCKS on an open connection: version 4 with its extension 4a, and 5 (RFC 1928, RFC 1929). */
import { isIP, isIPv4 } from 'node:net';
import type { Socket } from 'node:net';
import { parseIpv6 } from '../ip.js';
import { ExactReader } from './exact-reader.js';

/** Whom the server is asked to connect to: a name, or an address without brackets. */
export interface SocksTarget {
  readonly host: string;
  readonly port: number;
}

/** User name and password, or a user id; `null` where none was given. */
export interface SocksIdentity {
  readonly username: string | null;
  readonly password: string | null;
}

/**
 * How a handshake ended: with a tunnel; with the server's reply code; with a demand for other credentials or another way to send
 * them; or with bytes that are not SOCKS.
 */
export type SocksOutcome =
  | { readonly outcome: 'open' }
  | { readonly outcome: 'reply'; readonly code: number }
  | { readonly outcome: 'credentials'; readonly what: 'wrong' | 'missing' | 'other' }
  | { readonly outcome: 'garbage'; readonly first: number };

const CONNECT = 1;
const OPEN: SocksOutcome = { outcome: 'open' };

/**
 * SOCKS 4: one request, one reply of 8 bytes. A name is sent as in 4a: after the address 0.0.0.1.
 * @throws BrokenOff where the server ends the connection.
 */
export function socks4Handshake(
  socket: Socket,
  { host, port }: SocksTarget,
  { username }: SocksIdentity,
): Promise<SocksOutcome> {
  const named = !isIPv4(host);
  const address = named ? Buffer.from([0, 0, 0, 1]) : ipv4Bytes(host);
  const userId = Buffer.from(`${username ?? ''}\0`, 'utf8');
  const name = Buffer.from(named ? `${host}\0` : '', 'latin1');
  return withReader(socket, async (reader) => {
    socket.write(
      Buffer.concat([Buffer.from([4, CONNECT]), portBytes(port), address, userId, name]),
    );
    const [version = -1] = await reader.read(1);
    // The reply's version is 0; some servers repeat the 4.
    if (version !== 0 && version !== 4) return { outcome: 'garbage', first: version };
    const [code = -1] = await reader.read(1);
    if (code !== 90) return { outcome: 'reply', code };
    await reader.read(6);
    return OPEN;
  });
}

const NO_AUTHENTICATION = 0;
const USER_AND_PASSWORD = 2;
const NONE_ACCEPTABLE = 0xff;

/**
 * SOCKS 5: methods, credentials where the server chose so, request. The credentials are only sent to a server that
 * asks for them.
 * @throws BrokenOff where the server ends the connection.
 */
export function socks5Handshake(
  socket: Socket,
  target: SocksTarget,
  identity: SocksIdentity,
): Promise<SocksOutcome> {
  const identified = identity.username !== null;
  const methods = identified ? [NO_AUTHENTICATION, USER_AND_PASSWORD] : [NO_AUTHENTICATION];
  return withReader(socket, async (reader) => {
    socket.write(Buffer.from([5, methods.length, ...methods]));
    const [version = -1] = await reader.read(1);
    if (version !== 5) return { outcome: 'garbage', first: version };
    const [method = -1] = await reader.read(1);
    if (!methods.includes(method)) {
      const missing = !identified && (method === USER_AND_PASSWORD || method === NONE_ACCEPTABLE);
      return { outcome: 'credentials', what: missing ? 'missing' : 'other' };
    }
    if (method === USER_AND_PASSWORD) {
      socket.write(credentialsRequest(identity));
      // The version before the status is 1 in RFC 1929, but some servers send 5: only the status matters.
      const [, status = -1] = await reader.read(2);
      if (status !== 0) return { outcome: 'credentials', what: 'wrong' };
    }
    socket.write(Buffer.concat([Buffer.from([5, CONNECT, 0]), socks5Address(target)]));
    return readSocks5Reply(reader);
  });
}

async function readSocks5Reply(reader: ExactReader): Promise<SocksOutcome> {
  const [version = -1] = await reader.read(1);
  if (version !== 5) return { outcome: 'garbage', first: version };
  const [code = -1] = await reader.read(1);
  if (code !== 0) return { outcome: 'reply', code };
  // The server's outgoing address is not needed, but it must be read, since the tunnel begins after it.
  const [, type = -1] = await reader.read(2);
  if (type === 1) await reader.read(4 + 2);
  else if (type === 4) await reader.read(16 + 2);
  else if (type === 3) await reader.read(((await reader.read(1))[0] as number) + 2);
  else return { outcome: 'garbage', first: version };
  return OPEN;
}

async function withReader(
  socket: Socket,
  work: (reader: ExactReader) => Promise<SocksOutcome>,
): Promise<SocksOutcome> {
  const reader = new ExactReader(socket);
  try {
    return await work(reader);
  } finally {
    reader.release();
  }
}

function credentialsRequest({ username, password }: SocksIdentity): Buffer {
  const user = Buffer.from(username ?? '', 'utf8');
  const secret = Buffer.from(password ?? '', 'utf8');
  return Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([secret.length]), secret]);
}

function socks5Address({ host, port }: SocksTarget): Buffer {
  const family = isIP(host);
  if (family === 4) return Buffer.concat([Buffer.from([1]), ipv4Bytes(host), portBytes(port)]);
  if (family === 6) return Buffer.concat([Buffer.from([4]), ipv6Bytes(host), portBytes(port)]);
  const name = Buffer.from(host, 'latin1');
  return Buffer.concat([Buffer.from([3, name.length]), name, portBytes(port)]);
}

function ipv4Bytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

/** An IPv6 address in any spelling, a zone id left out: it names an interface of this machine. */
function ipv6Bytes(address: string): Buffer {
  const value = parseIpv6(address.split('%')[0] as string) as bigint;
  return Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
}

function portBytes(port: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(port);
  return bytes;
}
