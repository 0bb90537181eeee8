/** Answers whose body nobody reads: their sockets are taken back, so that other requests get one. */
import type { Readable } from 'node:stream';
import { TimeoutError } from '../errors.js';
import { publishWarning } from '../telemetry/publish.js';
import { Alarm } from './alarm.js';

/** An answer whose headers have come, for as long as it holds its socket. */
export interface HeldAnswer {
  /**
   * The same object that the caller was given. It must be a stream whose `readableFlowing` shows whether somebody reads it,
   * and it must be safe to destroy it with an error while nobody listens for errors.
   */
  readonly body: Readable;
  /** Of the origin, without path and query. */
  readonly href: string;
  /** When its headers came, in `performance.now()` milliseconds. */
  readonly since: number;
  /** How long it may stay unread while no request waits for its socket. */
  readonly idleMs: number;
}

/** Whatever holds an answer: a socket, or a place in a queue. */
export interface Holder {
  readonly answer: HeldAnswer | undefined;
}

/** A request that waits for a socket. */
export interface Waiting {
  /** In `performance.now()` milliseconds. */
  readonly since: number;
  readonly poolMs: number;
}

/** How long a body may stay unread while a request waits for a socket; half of that request's `poolMs` if that is less. */
const GRACE_MS = 1_000;

/** Whether nobody has begun to read. A reader that is slow, or has paused, has begun. */
function untouched(body: Readable): boolean {
  return body.readableFlowing === null && !body.readableDidRead && !body.destroyed;
}

/** Destroys a body that nobody reads; somebody who reads it later gets the reason as an error. */
function giveUp(body: Readable, href: string, forMs: number): void {
  body.destroy(
    new TimeoutError(
      `Nobody had begun to read the answer of ${href} after ${Math.round(forMs)} ms, and its socket was taken back`,
      {
        phase: 'idle',
        timeoutMs: Math.round(forMs),
        requestSent: 'yes',
        retryable: true,
        hint: 'Read each body to its end, or destroy it: an unread body holds a socket.',
      },
    ),
  );
}

/**
 * Ends bodies that nobody reads. While a request waits for a socket, an unread body is destroyed after a second (`GRACE_MS`),
 * the oldest first, one for each waiting request; otherwise after `timeouts.idleMs`. It works under every engine: the engine
 * passes each answer to `SocketPool.answered`.
 */
export class UnreadWatch {
  readonly #holders: ReadonlySet<Holder>;
  readonly #queue: ReadonlySet<Waiting>;
  readonly #alarm = new Alarm(() => this.#look());
  #warned = false;

  /** @param queue the waiting requests, the one that has waited longest first. */
  constructor(holders: ReadonlySet<Holder>, queue: ReadonlySet<Waiting>) {
    this.#holders = holders;
    this.#queue = queue;
  }

  /** An answer has come, and its body is about to be handed over. */
  answered({ since, idleMs }: HeldAnswer): void {
    this.#alarm.by(since + (this.#queue.size > 0 ? Math.min(GRACE_MS, idleMs) : idleMs));
  }

  /** A request has begun to wait for a socket. */
  queued(waiter: Waiting): void {
    this.#alarm.by(waiter.since + graceOf(waiter));
  }

  stop(): void {
    this.#alarm.stop();
  }

  #look(): void {
    const now = performance.now();
    const unread = [...this.#holders].flatMap(({ answer }) =>
      answer !== undefined && untouched(answer.body) ? [answer] : [],
    );
    const queue = [...this.#queue];
    let served = 0;
    for (const answer of unread.sort((a, b) => a.since - b.since)) {
      const waiter = queue[served];
      const dueAt = dueFor(answer, waiter);
      if (now < dueAt) {
        this.#alarm.by(dueAt);
        continue;
      }
      served += 1;
      this.#warn(answer, now, waiter !== undefined);
      giveUp(answer.body, answer.href, now - answer.since);
    }
  }

  #warn({ href, since }: HeldAnswer, now: number, contended: boolean): void {
    const message =
      `Nobody had begun to read the body of an answer of ${href} after ${Math.round(now - since)} ms` +
      `${contended ? ', and requests waited for its socket' : ''}; it was destroyed. ` +
      'Read each body to its end, or destroy it.';
    publishWarning({ code: 'SDK_UNREAD_BODY', message, origin: href });
    if (this.#warned) return;
    this.#warned = true;
    process.emitWarning(message, { type: 'SdkWarning', code: 'SDK_UNREAD_BODY' });
  }
}

/** The grace period begins when both the answer and the waiting request are there. */
function dueFor({ since, idleMs }: HeldAnswer, waiter: Waiting | undefined): number {
  if (waiter === undefined) return since + idleMs;
  return Math.min(since + idleMs, Math.max(since, waiter.since) + graceOf(waiter));
}

function graceOf({ poolMs }: Waiting): number {
  return Math.min(GRACE_MS, poolMs / 2);
}
