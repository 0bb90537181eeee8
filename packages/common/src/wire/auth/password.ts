/** A user name and a password: Basic first, unless it is excluded, and Digest if the proxy asks for it. */
import { parseParameters, type Challenge } from '../../route/challenges.js';
import type { PasswordCredentials } from '../../route/proxy-credentials.js';
import type { ProxyServer } from '../../route/proxy-server.js';
import type { AuthDialogue } from './dialogue.js';
import { digestProblem, readDigests } from './digest.js';
import { DigestSession, recallDigest, rememberDigest } from './digest-session.js';

/** A nonce may be stale, and on a busy proxy the next one too. If it happens more often, the proxy counts wrong. */
const MAX_STALE = 2;

const DIGEST_ALONE =
  "The credentials are for Digest alone (scheme: 'digest'), which the proxy does not offer. Leave the scheme out to send the password as Basic.";

/** What the next leg says. */
type Answer = 'nothing' | 'basic' | 'digest';

export class PasswordDialogue implements AuthDialogue {
  readonly bound = false;
  readonly tried: string[] = [];
  why: string | undefined;
  readonly #proxy: ProxyServer;
  readonly #given: PasswordCredentials;
  #answer: Answer | undefined;
  #session: DigestSession | undefined;
  /** Whether the proxy may refuse the nonce without saying that it is stale: it is from an earlier request, or a leg was lost. */
  #recalled = false;
  #stale = 0;
  #digestRefused = false;
  #basicRefused = false;

  constructor(proxy: ProxyServer, given: PasswordCredentials) {
    this.#proxy = proxy;
    this.#given = given;
  }

  authorize(method: string, target: string): string | undefined {
    this.#answer ??= this.#first();
    if (this.#answer === 'nothing') return undefined;
    if (this.#answer === 'digest') {
      const session = this.#session as DigestSession;
      this.tried.push(session.label);
      return session.authorize(method, target);
    }
    this.tried.push('Basic');
    return this.#proxy.basicAuthorization;
  }

  challenged(challenges: readonly Challenge[]): boolean {
    if (this.#answer === 'basic') this.#basicRefused = true;
    const [digest] = readDigests(challenges);
    if (digest !== undefined) {
      if (this.#mayRepeat(digest.stale)) {
        this.#answer = 'digest';
        this.#session = new DigestSession(digest, this.#given);
        this.#recalled = false;
        return true;
      }
    } else {
      this.why =
        digestProblem(challenges) ?? (this.#given.scheme === 'digest' ? DIGEST_ALONE : undefined);
    }
    this.#session = undefined;
    if (this.#basicRefused || this.#given.scheme === 'digest' || !offersBasic(challenges))
      return false;
    this.#answer = 'basic';
    return true;
  }

  accepted(info: string | undefined): void {
    if (this.#answer !== 'digest') return;
    const session = this.#session as DigestSession;
    this.#session = undefined;
    const next = info === undefined ? undefined : parseParameters(info).get('nextnonce');
    if (next !== undefined && next !== '') session.renew(next);
    rememberDigest(this.#proxy, session);
  }

  postponed(): boolean {
    if (this.#session === undefined) return false;
    rememberDigest(this.#proxy, this.#session);
    this.#session = undefined;
    return true;
  }

  lost(): void {
    this.#session?.uncount();
    // The proxy may have counted the lost leg. If it then refuses the nonce, that says nothing about the password.
    this.#recalled = true;
  }

  /** Nobody knows whether the proxy has counted this use of the nonce, so it is not used again. */
  abandoned(): void {
    this.#session = undefined;
  }

  #first(): Answer {
    const memory = recallDigest(this.#proxy);
    this.#session = memory?.take();
    if (this.#session !== undefined) {
      this.#recalled = true;
      return 'digest';
    }
    // A proxy that is known to ask for Digest does not get the password.
    return memory !== undefined || this.#given.scheme === 'digest' ? 'nothing' : 'basic';
  }

  /** Whether Digest has not been refused yet: a stale nonce is no refusal, and one of an earlier request may be. */
  #mayRepeat(stale: boolean): boolean {
    if (this.#answer !== 'digest') return !this.#digestRefused;
    if (stale) return ++this.#stale <= MAX_STALE;
    if (this.#recalled) return true;
    this.#digestRefused = true;
    return false;
  }
}

function offersBasic(challenges: readonly Challenge[]): boolean {
  return challenges.some(({ scheme }) => scheme.toLowerCase() === 'basic');
}
