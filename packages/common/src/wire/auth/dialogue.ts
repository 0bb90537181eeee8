/** The dialogue with one proxy about one request: which credentials are sent first, and which after each challenge. */
import type { Challenge } from '../../route/challenges.js';

/** The authentication of one request. Its methods are called in turn: `authorize`, then one of the others. */
export interface AuthDialogue {
  /** What was sent so far, in order, in words: `Basic`, `Digest SHA-256`. */
  readonly tried: readonly string[];
  /** Whether the next leg must use the connection of the last one, if that is still open. */
  readonly bound: boolean;
  /**
   * The `Proxy-Authorization` value of the next leg, asked for right before it is written. Each of its characters is one byte. It
   * is a promise only if the scheme has to wait for something outside.
   * @param target the request-target, as sent
   * @param connection an object that identifies the connection: always the same object for the same one
   * @throws ConfigurationError or ProxyError (phase `auth`) if no value can be made.
   */
  authorize(
    method: string,
    target: string,
    connection: object | undefined,
  ): string | undefined | Promise<string | undefined>;
  /** The proxy answered 407. Answers whether another leg may help; if not, `why` may say why. */
  challenged(challenges: readonly Challenge[]): boolean;
  /** In plain words, why a challenge was not answered. */
  readonly why: string | undefined;
  /** The proxy let the request through. @param info its `Proxy-Authentication-Info` */
  accepted(info: string | undefined): void;
  /**
   * Another leg may help, but it cannot be sent within this dialogue: the challenge is kept for the next one.
   * @returns whether the next dialogue can begin with it
   */
  postponed(): boolean;
  /** The connection broke without an answer, most likely before the leg was read; it is sent again on another one. */
  lost(): void;
  /** Nobody knows whether the proxy received the leg, and no other leg follows. */
  abandoned(): void;
}
