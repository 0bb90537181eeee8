/** Leases a socket for one leg of a request. The rules are the same for every engine. */
import { following } from '../abort.js';
import { checkDeadline, totalPassed } from './deadline.js';
import type { ForwardLeg } from './forward-legs.js';
import type { Head } from './head.js';
import type { Lease } from './lease.js';
import type { SocketPool } from './pool.js';
import { msUntil } from './timeouts.js';
import type { TransportRequest } from './transport.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Leases a socket and adds Proxy-Authorization to `head`; some schemes can compute it only once the connection is known.
 * Waits only if no idle socket is free.
 * @throws what the pool throws, TimeoutError of phase `total`, or the signal's own reason. The socket is then back in the pool.
 */
export function leaseFor(
  pool: SocketPool,
  request: TransportRequest,
  head: Head,
  leg: ForwardLeg | undefined,
): Lease | Promise<Lease> {
  const fresh =
    leg?.bound !== true &&
    (request.freshSocket === true || (mustNotBeLost(request) && !pool.keepsAlive));
  const lease = fresh ? undefined : pool.take();
  if (lease !== undefined) {
    const taken = ready(pool, lease, request, head, leg);
    return taken instanceof Promise ? taken.then((each) => inTime(pool, each, request)) : taken;
  }
  return acquire(pool, fresh ? { ...request, freshSocket: true } : request)
    .then((acquired) => ready(pool, acquired, request, head, leg))
    .then((acquired) => inTime(pool, acquired, request));
}

/** Waits in the queue and for the connection, but no longer than `timeouts.totalMs` allows. */
function acquire(pool: SocketPool, request: TransportRequest): Promise<Lease> {
  const { signal, deadlineAt } = request;
  if (deadlineAt === undefined || signal?.aborted) return pool.acquire(request);
  const [ending, stopListening] = following(signal);
  const timer = setTimeout(() => ending.abort(totalPassed(request, 'no')), msUntil(deadlineAt));
  return pool.acquire({ ...request, signal: ending.signal }).finally(() => {
    clearTimeout(timer);
    stopListening();
  });
}

function inTime(pool: SocketPool, lease: Lease, request: TransportRequest): Lease {
  try {
    checkDeadline(request);
    return lease;
  } catch (error) {
    pool.release(lease);
    throw error;
  }
}

function ready(
  pool: SocketPool,
  lease: Lease,
  { signal }: TransportRequest,
  head: Head,
  leg: ForwardLeg | undefined,
): Lease | Promise<Lease> {
  if (signal?.aborted) {
    pool.release(lease);
    throw signal.reason;
  }
  if (leg === undefined) return lease;
  const authorization = leg.authorization(lease.socket);
  if (!(authorization instanceof Promise)) return authorized(lease, head, authorization);
  return authorization.then(
    (value) => authorized(lease, head, value),
    (error: unknown) => {
      pool.release(lease);
      throw error;
    },
  );
}

function authorized(lease: Lease, head: Head, authorization: string | undefined): Lease {
  if (authorization !== undefined) head.headers.push('Proxy-Authorization', authorization);
  return lease;
}

/**
 * Whether reusing a connection is too risky: a forward proxy may close one that it promised to keep, and then nobody can
 * tell whether it received the change being sent. (In a tunnel the connection belongs to the origin.)
 */
function mustNotBeLost({ method, route }: TransportRequest): boolean {
  return route.way === 'forward' && !SAFE.has(method);
}
