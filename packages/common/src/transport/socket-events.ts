/** The events that a pool publishes about its sockets. */
import { isSdkError } from '../errors.js';
import type { Origin } from '../route/origin.js';
import type { Route } from '../route/route.js';
import { publishSocket, socketsAreWatched } from '../telemetry/publish.js';

/** Where a socket leads, without anything of the request that it was opened for. */
export interface SocketPlace {
  readonly origin: Origin;
  readonly route: Route;
}

export function socketOpened(place: SocketPlace, durationMs: number): void {
  if (!socketsAreWatched()) return;
  publishSocket({ state: 'opened', ...facts(place, durationMs), requests: 0 });
}

export function socketFailed(place: SocketPlace, durationMs: number, error: unknown): void {
  if (!socketsAreWatched()) return;
  publishSocket({
    state: 'failed',
    ...facts(place, durationMs),
    requests: 0,
    // What is no error of the SDK is the caller's own reason to abort.
    code: isSdkError(error) ? error.code : 'ABORTED',
  });
}

export function socketClosed(place: SocketPlace, durationMs: number, requests: number): void {
  if (socketsAreWatched())
    publishSocket({ state: 'closed', ...facts(place, durationMs), requests });
}

function facts({ origin, route }: SocketPlace, durationMs: number) {
  return {
    way: route.way,
    proxy: route.proxy?.href ?? null,
    // A connection to a forward proxy serves every http: origin.
    origin: route.way === 'forward' ? null : origin.href,
    durationMs: Math.round(durationMs),
  };
}
