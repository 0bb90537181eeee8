/**
 * What one fault is met with. The runner itself fails a test in which a rejection stays unhandled; what is counted here
 * besides is the time, the sockets at both ends, how often the faulty end was asked, and what a transport is worth
 * afterwards.
 */
import { expect, jest } from '@jest/globals';
import {
  AxiosTransport,
  BaseConnection,
  isSdkError,
  type CallOptions,
  type ConnectionOptions,
  type DecisionFacts,
  type RequestSpec,
  type SdkError,
  type SocketOptions,
  type Transport,
} from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import {
  createCertificateAuthority,
  scripts,
  until,
  type CertificateAuthority,
  type ConnectionScript,
} from '@sdk/testing';
import { keep } from '../connection/stand.js';
import { watchSockets, type SocketBooks } from './socket-books.js';

export interface Engine {
  readonly engine: string;
  open(sockets?: SocketOptions): Transport;
}

/** Every row of every table is met by both. */
export const ENGINES: readonly Engine[] = [
  { engine: 'AxiosTransport', open: (sockets) => new AxiosTransport(sockets) },
  { engine: 'UndiciTransport', open: (sockets) => new UndiciTransport(sockets) },
];

/** A wait that a fault is to run into. */
export const SHORT_MS = 100;
/** A total that a fault is to run into, where no other wait ends. */
export const TOTAL_MS = 600;
/** No wait of a test may end by itself before this. */
const LONG_MS = 10_000;
/** What a busy machine may need beyond the waits that were asked for: far less than any other wait here. */
const SOON_MS = 3_000;

// A busy machine may take its time; a hang is told by the timers below, not by the runner's patience.
jest.setTimeout(60_000);

/** Timers that nothing but silence reaches. */
const PATIENT = {
  poolMs: LONG_MS,
  connectMs: LONG_MS,
  proxyMs: LONG_MS,
  headersMs: LONG_MS,
  idleMs: LONG_MS,
};

/** An end of connections that counts them. */
export interface Counted {
  openSockets(): number;
}

/** Where a fault is, and how a request gets there. */
export interface Place {
  readonly options: Pick<ConnectionOptions, 'httpProxy' | 'tls' | 'timeouts'> & {
    readonly endpoint: string;
  };
  /** Every server on the way: none may be left with a socket. */
  readonly servers: readonly Counted[];
  /** Connections that reached the fault. */
  arrived(): number;
  /** Ends the fault: from now on each request on a new connection is answered well. */
  readonly heal?: (() => void) | undefined;
  /** How sockets are opened there. */
  readonly sockets?: Pick<SocketOptions, 'lookup'> | undefined;
}

/** What the caller saw. */
export interface Met {
  readonly error: SdkError;
  /** The error as it is logged. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** How often the request was tried. */
  readonly tries: number;
}

/** The body of each POST here. */
export const POST: Partial<RequestSpec> = { method: 'POST', body: 'payload' };

let authority: Promise<CertificateAuthority> | undefined;

/** The authority of this run; keys take their time. */
export function ca(): Promise<CertificateAuthority> {
  return (authority ??= createCertificateAuthority());
}

/** A script that can be replaced by a better one, for the connections that come later. */
export function mendable(
  script: ConnectionScript,
  better: ConnectionScript = WELL,
): { readonly script: ConnectionScript; heal(): void } {
  let played = script;
  return {
    script: (socket, api) => played(socket, api),
    heal: () => void (played = better),
  };
}

const WELL = scripts.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell');

/** A connection over `engine` that no environment steers, its transport ended after the test. */
export function over(
  engine: Engine,
  { timeouts, ...options }: Partial<ConnectionOptions> & { readonly endpoint: string },
): BaseConnection {
  return new BaseConnection({
    env: {},
    transport: options.transport ?? keep(engine.open()),
    httpProxy: false,
    retry: { attempts: 3, baseDelayMs: 1, budget: Infinity },
    ...options,
    timeouts: { ...PATIENT, ...timeouts },
  });
}

/** Waits for all, also where one has failed: nothing of a test may go on behind it, and hold the process. */
export async function together(plays: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(plays);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Waits until no server has a socket left; a busy machine may notice late. */
export function allClosed(servers: readonly Counted[]): Promise<void> {
  const closed = (): boolean => servers.every((server) => server.openSockets() === 0);
  return until(closed, 'no socket was left', LONG_MS);
}

/** What the caller saw of a request that has to fail, and how long that took. */
async function failure(
  connection: BaseConnection,
  { timeouts, ...spec }: Sent,
): Promise<{ readonly error: SdkError; readonly elapsedMs: number }> {
  const request = { method: 'GET', path: '/thing?signature=canary', expect: 'text' } as const;
  const startedAt = performance.now();
  const error: unknown = await connection.request({ ...request, ...spec }, { timeouts }).then(
    ({ status }) => new Error(`It should have failed, and was answered ${status}`),
    (reason: unknown) => reason,
  );
  if (!isSdkError(error)) throw error;
  return { error, elapsedMs: performance.now() - startedAt };
}

/** What is sent into a fault, and the timer that it is to run into. */
type Sent = Partial<RequestSpec> & Pick<CallOptions, 'timeouts'>;

/**
 * Sends one request into a fault. It must fail with an error of the SDK that carries its decision, no sooner and not much
 * later than the timer that is given, or else soon. It leaves no socket open anywhere while its transport is still in use,
 * and the one place in that transport's pool is free again: each further try needs it, and so does a good request once
 * the fault is mended.
 */
export async function meet(engine: Engine, place: Place, sent: Sent = {}): Promise<Met> {
  const books = watchSockets();
  try {
    return await watched(books, engine, place, sent);
  } finally {
    books.stop();
  }
}

async function watched(
  books: SocketBooks,
  engine: Engine,
  { options, servers, sockets, heal }: Place,
  sent: Sent,
): Promise<Met> {
  const transport = keep(engine.open({ maxSockets: 1, ...sockets }));
  const connection = over(engine, { ...options, transport });
  const { error, elapsedMs } = await failure(connection, sent);
  const tries = error.attempts?.length ?? 1;
  const waitedMs = tries * Math.max(0, ...Object.values({ ...sent.timeouts }).map((ms) => ms ?? 0));
  // A timer of Node may fire a little early.
  expect(elapsedMs).toBeGreaterThan(0.9 * waitedMs);
  expect(elapsedMs).toBeLessThan(waitedMs + SOON_MS);
  expect(error.decision).toMatchObject({ origin: options.endpoint, decidedBy: 'instance' });
  expect(JSON.stringify(error)).not.toContain('canary');

  const decision = error.decision as DecisionFacts;
  const noneOpen = async (): Promise<void> => {
    await allClosed(servers);
    await until(() => books.of(decision).open === 0, 'each socket was told to be closed', LONG_MS);
  };
  await noneOpen();
  const { opened, failed } = books.of(decision);
  expect({ tries, sockets: opened + failed }).toEqual({ tries, sockets: tries });
  if (heal !== undefined) {
    heal();
    const answer = await connection.request({ method: 'GET', path: '/', expect: 'text' });
    expect(answer).toMatchObject({ status: 200, body: 'well' });
    expect(books.of(decision)).toMatchObject({ opened: opened + 1, failed });
  }
  await transport.close();
  await noneOpen();
  return { error, facts: error.toJSON(), tries };
}
