import net, { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { ByteInbox } from './byte-inbox.js';
import { listenOnLoopback } from './loopback.js';
import type { LoopbackHost } from './loopback.js';

/** What a client asked a SOCKS server for. */
export interface SocksRequest {
  readonly version: 4 | 5;
  /** A name or an address as the client sent it, an IPv6 address as 8 groups without brackets. */
  readonly host: string;
  /** How the target was given. With version 4 a `name` is 4a's. */
  readonly addressType: 'ipv4' | 'ipv6' | 'name';
  readonly port: number;
  /** The user name of version 5 where it was sent, the user id of version 4 (`''` where it is empty). */
  readonly username: string | undefined;
  /** The password of version 5 where it was sent. */
  readonly password: string | undefined;
  /** The methods that version 5 offered; none with version 4. */
  readonly methods: readonly number[];
  /** Number of the client's connection at this server, from 1. */
  readonly socketId: number;
}

/** How a SOCKS server is started, and what it does that a good one would not. */
export interface SocksOptions {
  /** Wants these by user name and password (version 5), or the user name as user id (version 4). Default: none. */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  /** The address it listens on. @default '127.0.0.1' */
  readonly host?: LoopbackHost | undefined;
  /** Chooses this method of version 5, whatever the client offered. Default: by `credentials`. */
  readonly method?: number | undefined;
  /** The code to answer the request with; `undefined` opens the tunnel. Default: always that. */
  readonly reply?: ((request: SocksRequest) => number | undefined) | undefined;
  /** The address in version 5's good reply. @default 'ipv4' */
  readonly boundAs?: 'ipv4' | 'ipv6' | 'name' | undefined;
  /** Where names lead. Default: the loopback address that the server listens on. */
  readonly resolve?: ((name: string) => string) | undefined;
  /** Bytes sent in one write with the last reply: they belong to the tunnel. Default: none. */
  readonly glued?: string | Uint8Array | undefined;
  /** Writes its answers byte by byte, each in a packet of its own. @default false */
  readonly drip?: boolean | undefined;
  /** Ends the connection once it has written this many bytes of its answers. Default: never. */
  readonly closeAfterBytes?: number | undefined;
}

/** A SOCKS server of versions 4, 4a and 5 on loopback that remembers what it was asked. */
export interface Socks {
  /** `host:port`, with brackets around an IPv6 address. */
  readonly authority: string;
  readonly port: number;
  /** Every request that arrived whole, in order of arrival, refused ones included. */
  readonly requests: readonly SocksRequest[];
  /** TCP connections accepted since the start. */
  readonly connections: number;
  /** TCP connections open now. */
  openSockets(): number;
  /** Drops every open connection and goes on listening. */
  destroySockets(): void;
  /** Destroys the sockets and stops listening. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a SOCKS server on a free port of loopback. It really tunnels, and can be told to refuse, to drip and to break off.
 *
 * For a peer that speaks no SOCKS at all, use `startScriptedProxy`.
 *
 * @example
 * const socks = await startSocks({ credentials: { username: 'ada', password: 'p@ss' } });
 * const dns = new PowerDns({ endpoint, apiKey, httpProxy: `socks5h://ada:p%40ss@${socks.authority}` });
 * console.log(socks.requests[0]?.host);
 */
export async function startSocks(options: SocksOptions = {}): Promise<Socks> {
  const requests: SocksRequest[] = [];
  const upstreams = new Set<Socket>();
  // Half-open, so that a client that ends its side still gets what is on its way.
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const socketId = loopback.socketIdOf(socket.remotePort);
    void serve(socket, socketId).catch(() => socket.destroy());
  });
  const loopback = await listenOnLoopback(server, options.host);

  async function serve(socket: Socket, socketId: number): Promise<void> {
    const inbox = new ByteInbox(socket);
    const say = speaker(socket, options);
    const request = await readRequest(inbox, say, options, socketId);
    if (request === undefined) {
      socket.end();
      return;
    }
    requests.push(request);
    const code = options.reply?.(request) ?? refusalOf(request, options);
    if (code !== undefined) {
      await say(replyBytes(request.version, code, 'ipv4'));
      socket.end();
      return;
    }
    const place = isIP(request.host) === 0 ? options.resolve?.(request.host) : request.host;
    const upstream = net.connect({
      host: place ?? options.host ?? '127.0.0.1',
      port: request.port,
      allowHalfOpen: true,
    });
    upstreams.add(upstream);
    upstream.once('close', () => upstreams.delete(upstream));
    socket.once('close', () => upstream.destroy());
    const connected = await new Promise<boolean>((resolve) => {
      upstream.once('connect', () => resolve(true));
      upstream.on('error', () => resolve(false));
    });
    if (!connected) {
      await say(replyBytes(request.version, request.version === 4 ? 91 : 5, 'ipv4'));
      socket.end();
      return;
    }
    const good = replyBytes(request.version, request.version === 4 ? 90 : 0, options.boundAs);
    await say(Buffer.concat([good, Buffer.from(options.glued ?? '')]));
    upstream.once('close', () => socket.destroy());
    inbox.handOver(upstream);
    upstream.pipe(socket);
  }

  async function close(): Promise<void> {
    for (const upstream of upstreams) upstream.destroy();
    await loopback.close();
  }

  return {
    authority: loopback.authority,
    port: loopback.port,
    requests,
    get connections() {
      return loopback.connections();
    },
    openSockets: loopback.openSockets,
    destroySockets: loopback.destroySockets,
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Say = (bytes: Uint8Array) => Promise<void>;

/** Writes answers as the options want them; never goes on once the connection is to end. */
function speaker(socket: Socket, { drip, closeAfterBytes = Infinity }: SocksOptions): Say {
  let left = closeAfterBytes;
  return async (bytes) => {
    const whole = Buffer.from(bytes.subarray(0, Math.min(bytes.length, left)));
    const pieces = drip === true ? [...whole].map((byte) => Buffer.from([byte])) : [whole];
    for (const piece of pieces) {
      if (piece.length > 0) await new Promise((resolve) => socket.write(piece, resolve));
      if (drip === true) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    left -= whole.length;
    if (left > 0) return;
    socket.end();
    await new Promise((resolve) => socket.once('close', resolve));
    throw new Error('The connection was broken off as told');
  };
}

function refusalOf(request: SocksRequest, { credentials }: SocksOptions): number | undefined {
  const stranger = request.version === 4 && credentials !== undefined;
  return stranger && request.username !== credentials.username ? 93 : undefined;
}

async function readRequest(
  inbox: ByteInbox,
  say: Say,
  options: SocksOptions,
  socketId: number,
): Promise<SocksRequest | undefined> {
  const version = await inbox.byte();
  if (version === 4) return readRequest4(inbox, socketId);
  if (version !== 5) throw new Error('This is no SOCKS');
  const methods = [...(await inbox.bytes(await inbox.byte()))];
  const chosen = options.method ?? choose(methods, options);
  await say(Uint8Array.from([5, chosen]));
  if (chosen === 0xff) return undefined;
  let username: string | undefined;
  let password: string | undefined;
  if (chosen === 2) {
    await inbox.byte();
    username = (await inbox.bytes(await inbox.byte())).toString('utf8');
    password = (await inbox.bytes(await inbox.byte())).toString('utf8');
    const { credentials } = options;
    const known =
      credentials === undefined ||
      (credentials.username === username && credentials.password === password);
    await say(Uint8Array.from([1, known ? 0 : 1]));
    if (!known) return undefined;
  }
  const [, , , type] = await inbox.bytes(4);
  const target = await readTarget(inbox, type);
  const port = (await inbox.bytes(2)).readUInt16BE();
  return { version: 5, ...target, port, username, password, methods, socketId };
}

function choose(methods: readonly number[], { credentials }: SocksOptions): number {
  const wanted = credentials === undefined ? 0 : 2;
  return methods.includes(wanted) ? wanted : 0xff;
}

async function readTarget(
  inbox: ByteInbox,
  type: number | undefined,
): Promise<Pick<SocksRequest, 'host' | 'addressType'>> {
  if (type === 1) return { addressType: 'ipv4', host: [...(await inbox.bytes(4))].join('.') };
  if (type === 3) {
    const name = await inbox.bytes(await inbox.byte());
    return { addressType: 'name', host: name.toString('latin1') };
  }
  const bytes = await inbox.bytes(16);
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return { addressType: 'ipv6', host: groups.join(':') };
}

async function readRequest4(inbox: ByteInbox, socketId: number): Promise<SocksRequest> {
  await inbox.byte();
  const port = (await inbox.bytes(2)).readUInt16BE();
  const address = await inbox.bytes(4);
  const username = await untilZero(inbox);
  // 4a: an address 0.0.0.x says that a name follows.
  const named = address.readUInt32BE() > 0 && address.readUInt32BE() < 256;
  return {
    version: 4,
    addressType: named ? 'name' : 'ipv4',
    host: named ? await untilZero(inbox) : [...address].join('.'),
    port,
    username,
    password: undefined,
    methods: [],
    socketId,
  };
}

/** The text up to the next zero byte, which is taken too. */
async function untilZero(inbox: ByteInbox): Promise<string> {
  return (await inbox.through('\0')).toString('utf8').slice(0, -1);
}

/** A reply whose bound address nobody is to believe. */
function replyBytes(
  version: 4 | 5,
  code: number,
  boundAs: 'ipv4' | 'ipv6' | 'name' = 'ipv4',
): Buffer {
  if (version === 4) return Buffer.from([0, code, 0, 0, 0, 0, 0, 0]);
  const bound = {
    ipv4: [1, 127, 0, 0, 1],
    ipv6: [4, ...Array.from({ length: 16 }, () => 0xaa)],
    name: [3, 4, ...Buffer.from('here')],
  }[boundAs];
  return Buffer.from([5, code, 0, ...bound, 0x12, 0x34]);
}
