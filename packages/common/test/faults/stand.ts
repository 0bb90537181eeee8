/**
 * What one fault is met with. The runner itself fails a test in which a rejection stays unhandled; what is counted here
 * besides is the time, the sockets and how often the faulty end was asked.
 */
import { expect, jest } from '@jest/globals';
import {
  AxiosTransport,
  BaseConnection,
  isSdkError,
  type CallOptions,
  type ConnectionOptions,
  type RequestSpec,
  type SdkError,
  type Transport,
} from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import { createCertificateAuthority, until, type CertificateAuthority } from '@sdk/testing';
import { keep } from '../connection/stand.js';

export interface Engine {
  readonly engine: string;
  open(): Transport;
}

/** Every row of every table is met by both. */
export const ENGINES: readonly Engine[] = [
  { engine: 'AxiosTransport', open: () => new AxiosTransport() },
  { engine: 'UndiciTransport', open: () => new UndiciTransport() },
];

/** A wait that a fault is to run into. */
export const SHORT_MS = 100;
/** No wait of a test may end by itself before this, and no fault may take this long. */
const LONG_MS = 10_000;

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
}

/** What the caller saw. */
export interface Met {
  readonly error: SdkError;
  /** The error as it is logged. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly elapsedMs: number;
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

/** A connection over `engine` that no environment steers, its transport ended after the test. */
export function over(
  engine: Engine,
  { timeouts, ...options }: Partial<ConnectionOptions> & { readonly endpoint: string },
): BaseConnection {
  return new BaseConnection({
    env: {},
    transport: keep(engine.open()),
    httpProxy: false,
    retry: { attempts: 3, baseDelayMs: 1, budget: Infinity },
    ...options,
    timeouts: { ...PATIENT, ...timeouts },
  });
}

/** Waits until no server has a socket left; a busy machine may notice late. */
export function allClosed(servers: readonly Counted[]): Promise<void> {
  const closed = (): boolean => servers.every((server) => server.openSockets() === 0);
  return until(closed, 'no socket was left', LONG_MS);
}

/**
 * Sends one request into a fault. It must fail with an error of the SDK that carries its decision, soon, and leave no
 * socket open anywhere, while its transport is still in use.
 */
export async function meet(
  engine: Engine,
  { options, servers }: Place,
  { timeouts, ...spec }: Partial<RequestSpec> & Pick<CallOptions, 'timeouts'> = {},
): Promise<Met> {
  const connection = over(engine, options);
  const startedAt = performance.now();
  let error: unknown;
  try {
    const request = { method: 'GET', path: '/thing?signature=canary', expect: 'text' } as const;
    const { status } = await connection.request({ ...request, ...spec }, { timeouts });
    error = new Error(`It should have failed, and was answered ${status}`);
  } catch (caught) {
    error = caught;
  }
  const elapsedMs = performance.now() - startedAt;
  if (!isSdkError(error)) throw error;
  expect(elapsedMs).toBeLessThan(LONG_MS);
  expect(error.decision).toMatchObject({ origin: options.endpoint, decidedBy: 'instance' });
  expect(JSON.stringify(error)).not.toContain('canary');
  await allClosed(servers);
  return { error, facts: error.toJSON(), elapsedMs, tries: error.attempts?.length ?? 1 };
}
