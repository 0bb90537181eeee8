/** The dialogue with one proxy about one request: what is sent first, and what after each challenge. */
import type { Challenge } from '../../route/challenges.js';

/** One request's way to be let through. Its methods are called in turn: `authorize`, then one of the others. */
export interface AuthDialogue {
  /** What was sent so far, in order, in words: `Basic`, `Digest SHA-256`. */
  readonly tried: readonly string[];
  /** Whether the next leg has to go on the connection of the last one, where that still stands. */
  readonly bound: boolean;
  /**
   * The `Proxy-Authorization` value of the next leg, asked for right before it is written; each of its characters is a
   * byte of the wire. A promise only where the scheme has to wait for somebody else.
   * @param target the request-target, as sent
   * @param connection what stands for the connection; the same object for the same one
   * @throws ConfigurationError or ProxyError (phase `auth`) where nothing can be made.
   */
  authorize(
    method: string,
    target: string,
    connection: object | undefined,
  ): string | undefined | Promise<string | undefined>;
  /** The proxy answered 407. Whether another leg may help; where not, `why` may say so. */
  challenged(challenges: readonly Challenge[]): boolean;
  /** In plain words, why a challenge was not answered. */
  readonly why: string | undefined;
  /** The proxy let the request through. @param info its `Proxy-Authentication-Info` */
  accepted(info: string | undefined): void;
  /**
   * Another leg may help, but it cannot be sent within this dialogue: what was learned is kept for the next one.
   * @returns whether that one can begin with it
   */
  postponed(): boolean;
  /** The connection broke without an answer, most likely before the leg was read; it is sent again on another one. */
  lost(): void;
  /** Nobody knows what became of the leg, and no other follows. */
  abandoned(): void;
}
