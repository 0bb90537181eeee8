/** Requests in absolute-form through a proxy that asks for credentials: the legs of its 407, for every engine. */
import type { Readable } from 'node:stream';
import { isSdkError, type ProxyError } from '../errors.js';
import { authRefused } from '../route/auth-refusal.js';
import { parseChallenges, schemesOf } from '../route/challenges.js';
import type { ProxyServer } from '../route/proxy-server.js';
import type { AuthDialogue } from '../wire/auth/dialogue.js';
import { startDialogue } from '../wire/auth/start-dialogue.js';
import { dialTimedOut } from '../wire/failure.js';
import { runPhase } from '../wire/phase.js';
import { checkDeadline } from './deadline.js';
import type { TransportRequest, TransportResponse } from './transport.js';

/** No proxy needs more, even with stale nonces. */
const MAX_LEGS = 6;
/** Reading a longer page costs more than a new connection. */
const MAX_PAGE_BYTES = 64 * 1024;

const learned = new WeakSet<ProxyError>();

/**
 * Whether it is worth opening the stream again and resending: the proxy answered 407 while the body was being sent, and its
 * challenge is kept for the next attempt.
 */
export function challengeLearned(error: unknown): boolean {
  return isSdkError(error, 'SDK_PROXY') && learned.has(error);
}

/** What the engine that sends a leg needs to know about it. */
export interface ForwardLeg {
  /** Counted from 1. */
  readonly number: number;
  /** Whether it must use the connection of the previous leg, if that is still open. */
  readonly bound: boolean;
  /**
   * The `Proxy-Authorization` value of this leg. Ask for it once, right before the head is written. It is a promise only if
   * the scheme has to wait for something outside; `timeouts.proxyMs` and the signal limit that wait.
   * @param connection an object that identifies the connection, if the engine knows it: always the same object for the same one
   */
  authorization(connection?: object): string | undefined | Promise<string | undefined>;
}

/** Sends one leg, and answers at the headers. */
export type SendLeg = (request: TransportRequest, leg: ForwardLeg) => Promise<TransportResponse>;

/**
 * Sends a request whose route is `forward`. If the credentials can answer a 407, its page is read to the end, so that the
 * connection can serve the next leg, and the request is sent again. A body that is a stream cannot be sent again here.
 * @throws ProxyError of phase `auth` if the proxy does not accept the credentials, or what `send` throws.
 */
export async function forwardLegs(
  request: TransportRequest,
  send: SendLeg,
): Promise<TransportResponse> {
  const forwarding = new Forwarding(request);
  for (;;) {
    forwarding.number += 1;
    let answer: TransportResponse;
    try {
      checkDeadline(request);
      answer = await send(request, forwarding);
    } catch (error) {
      forwarding.abandoned();
      throw error;
    }
    if (answer.status !== 407) {
      forwarding.accepted(answer);
      return answer;
    }
    const refusal = forwarding.challenged(answer);
    if (refusal !== undefined) {
      answer.body.destroy();
      throw refusal;
    }
    await drained(answer.body, request.signal);
  }
}

class Forwarding implements ForwardLeg {
  number = 0;
  readonly #request: TransportRequest;
  readonly #proxy: ProxyServer;
  readonly #dialogue: AuthDialogue;

  constructor(request: TransportRequest) {
    this.#request = request;
    this.#proxy = request.route.proxy as ProxyServer;
    this.#dialogue = startDialogue(this.#proxy);
  }

  get bound(): boolean {
    return this.number > 1 && this.#dialogue.bound;
  }

  authorization(connection?: object): string | undefined | Promise<string | undefined> {
    const { method, origin, path } = this.#request;
    const value = this.#dialogue.authorize(method, origin.href + path, connection);
    return value instanceof Promise ? this.#bounded(value) : value;
  }

  abandoned(): void {
    this.#dialogue.abandoned();
  }

  accepted({ headers }: TransportResponse): void {
    this.#dialogue.accepted(headers.get('proxy-authentication-info'));
  }

  /** The error, if another leg would not help or cannot be sent from here. */
  challenged({ status, headers }: TransportResponse): ProxyError | undefined {
    const dialogue = this.#dialogue;
    const challenges = parseChallenges(headers.getAll('proxy-authenticate'));
    const refused = (why?: string): ProxyError =>
      authRefused({
        proxy: this.#proxy.href,
        status,
        schemes: schemesOf(challenges),
        tried: dialogue.tried,
        why,
      });
    if (this.number >= MAX_LEGS || !dialogue.challenged(challenges)) {
      dialogue.abandoned();
      return refused(dialogue.why);
    }
    if (!isStream(this.#request.body)) return undefined;
    const kept = dialogue.postponed();
    const error = refused(
      'The body is a stream and was being sent when the proxy asked. It was not sent again, because a stream can be read only once. Give a function that opens it instead.',
    );
    if (kept) learned.add(error);
    return error;
  }

  #bounded(value: Promise<string | undefined>): Promise<string | undefined> {
    const { timeouts, signal } = this.#request;
    const timeoutMs = timeouts.proxyMs;
    const timedOut = (): Error => dialTimedOut('proxy', timeoutMs, this.#proxy.href);
    return runPhase({ timeoutMs, timedOut, signal }, () => value);
  }
}

function isStream(body: TransportRequest['body']): boolean {
  return typeof body === 'object' && !(body instanceof Uint8Array);
}

/** Reads the proxy's page and discards it. If the page breaks off, only its connection is lost. */
function drained(body: Readable, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_PAGE_BYTES) body.destroy();
    });
    body.on('error', (error) => {
      if (signal?.aborted || isSdkError(error, 'SDK_TIMEOUT')) reject(error);
      else resolve();
    });
    // `close` comes after `end`: by then the engine has its connection back.
    body.on('close', () => resolve());
  });
}
