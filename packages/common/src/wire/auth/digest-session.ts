/** Remembers the challenge of a proxy that asks for Digest, so that the next request is not refused first. */
import { randomBytes } from 'node:crypto';
import { BoundedMap } from '../../bounded-map.js';
import type { PasswordCredentials } from '../../route/proxy-credentials.js';
import type { ProxyServer } from '../../route/proxy-server.js';
import { digestAuthorization, userKey, type DigestChallenge } from './digest.js';

/** How many proxies are remembered, and how many nonces of each. */
const MAX_PROXIES = 256;
const MAX_NONCES = 64;

/**
 * One nonce and how often it was used. Only one request at a time may use it: two could arrive in another order than they were
 * counted, and a proxy that checks the count would refuse one of them.
 */
export class DigestSession {
  readonly #challenge: DigestChallenge;
  readonly #username: string;
  readonly #key: string;
  /** The key of a session (`…-sess`) depends on its first cnonce, so that cnonce is kept. */
  readonly #cnonce: string;
  #nonce: string;
  #count = 0;

  constructor(challenge: DigestChallenge, given: PasswordCredentials) {
    this.#challenge = challenge;
    this.#username = given.username;
    this.#cnonce = newCnonce();
    this.#key = userKey(challenge, given.username, given.password ?? '', this.#cnonce);
    this.#nonce = challenge.nonce;
  }

  /** Its name in errors: `Digest SHA-256`. */
  get label(): string {
    return `Digest ${(this.#challenge.algorithm ?? 'MD5').toUpperCase()}`;
  }

  /** The value for the next request; each call counts. */
  authorize(method: string, uri: string): string {
    this.#count += 1;
    return digestAuthorization(this.#challenge, this.#username, this.#key, {
      method,
      uri,
      nonce: this.#nonce,
      count: this.#count,
      cnonce: this.#challenge.session ? this.#cnonce : newCnonce(),
    });
  }

  /** The proxy has not read the last value. */
  uncount(): void {
    this.#count -= 1;
  }

  /** The proxy asks for this nonce from now on (`nextnonce`, RFC 7616 §3.5). */
  renew(nonce: string): void {
    this.#nonce = nonce;
    this.#count = 0;
  }
}

/** The sessions of one proxy that no request uses now. */
export class DigestMemory {
  readonly #idle: DigestSession[] = [];

  /** The session used last, for one request only; `undefined` if all are in use. */
  take(): DigestSession | undefined {
    return this.#idle.pop();
  }

  /** Takes back a session that the proxy has accepted. */
  give(session: DigestSession): void {
    if (this.#idle.length < MAX_NONCES) this.#idle.push(session);
  }
}

/** The key contains the address and, hashed, the credentials, so nothing of one proxy is ever sent to another. */
const memories = new BoundedMap<string, DigestMemory>(MAX_PROXIES);

/** What is known of a proxy; `undefined` where it has not accepted Digest yet. */
export function recallDigest(proxy: ProxyServer): DigestMemory | undefined {
  return memories.get(proxy.key);
}

/** The proxy has accepted Digest. */
export function rememberDigest(proxy: ProxyServer, session: DigestSession): void {
  let memory = memories.get(proxy.key);
  if (memory === undefined) memories.set(proxy.key, (memory = new DigestMemory()));
  memory.give(session);
}

function newCnonce(): string {
  return randomBytes(16).toString('hex');
}
