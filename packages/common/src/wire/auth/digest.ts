/** Digest (RFC 7616, and RFC 2617 and 2069 where a proxy is older): the computation, without any state. */
import { createHash, getHashes } from 'node:crypto';
import type { Challenge } from '../../route/challenges.js';

/** What OpenSSL calls the hash of an algorithm, strongest first. */
const HASHES = { 'sha-512-256': 'sha512-256', 'sha-256': 'sha256', md5: 'md5' } as const;
const STRONGEST_FIRST = Object.keys(HASHES);

/** A Digest challenge that can be answered. All texts are bytes, one to a character, as they came over the wire. */
export interface DigestChallenge {
  /** As the proxy spells it; `undefined` where it names none, which means MD5. */
  readonly algorithm: string | undefined;
  readonly hash: string;
  /** Whether the key is made once, from the first nonce and cnonce (`…-sess`). */
  readonly session: boolean;
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** `auth`, or none where the proxy knows RFC 2069 only. */
  readonly qop: 'auth' | undefined;
  readonly stale: boolean;
  /** Whether the proxy takes the user name hashed. */
  readonly userhash: boolean;
  /** Whether the proxy reads names as UTF-8 (`charset`). */
  readonly utf8: boolean;
}

/** The Digest challenges that can be answered, strongest first. */
export function readDigests(challenges: readonly Challenge[]): DigestChallenge[] {
  return challenges
    .map(readDigest)
    .filter((digest) => digest !== undefined)
    .sort((a, b) => strength(a) - strength(b));
}

/** Why the Digest challenges offered cannot be answered; `undefined` where one can be, or none is offered. */
export function digestProblem(challenges: readonly Challenge[]): string | undefined {
  const digests = challenges.filter(isDigest);
  if (digests.length === 0 || readDigests(digests).length > 0) return undefined;
  const known = digests.filter((each) => hashOf(each) !== undefined);
  if (known.length === 0)
    return 'The proxy offers Digest with algorithms that are not known here. The SDK supports SHA-512-256, SHA-256 and MD5.';
  if (known.some(({ parameters }) => parameters.get('qop')?.trim().toLowerCase() === 'auth-int'))
    return 'The proxy offers Digest with qop=auth-int only, which would hash the whole body. The SDK supports only qop=auth.';
  return 'The proxy offers Digest with a challenge that is not complete: it needs a realm and a nonce, and, unless it is for MD5, a qop.';
}

function readDigest(challenge: Challenge): DigestChallenge | undefined {
  if (!isDigest(challenge)) return undefined;
  const { parameters } = challenge;
  const algorithm = parameters.get('algorithm');
  const hash = hashOf(challenge);
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  if (hash === undefined || realm === undefined || nonce === undefined || nonce === '')
    return undefined;
  const session = algorithm?.toLowerCase().endsWith('-sess') === true;
  const qops = parameters.get('qop')?.toLowerCase().split(',');
  const qop = qops?.some((each) => each.trim() === 'auth') === true ? 'auth' : undefined;
  // Without qop there is no cnonce; only MD5 was ever used so (RFC 2069).
  if (qop === undefined && (qops !== undefined || session || hash !== HASHES.md5)) return undefined;
  return {
    algorithm,
    hash,
    session,
    realm,
    nonce,
    opaque: parameters.get('opaque'),
    qop,
    stale: isTrue(parameters.get('stale')),
    userhash: isTrue(parameters.get('userhash')),
    utf8: parameters.get('charset')?.toLowerCase() === 'utf-8',
  };
}

function isDigest({ scheme }: Challenge): boolean {
  return scheme.toLowerCase() === 'digest';
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}

function hashOf({ parameters }: Challenge): string | undefined {
  const name = (parameters.get('algorithm') ?? 'md5').toLowerCase().replace(/-sess$/, '');
  const hash = Object.hasOwn(HASHES, name) ? HASHES[name as keyof typeof HASHES] : undefined;
  // MD5 is absent where OpenSSL is bound to FIPS.
  return hash !== undefined && getHashes().includes(hash) ? hash : undefined;
}

function strength({ hash }: DigestChallenge): number {
  return STRONGEST_FIRST.findIndex((name) => HASHES[name as keyof typeof HASHES] === hash);
}

/** The user's key: H(username:realm:password), and for a session that with its first nonce and cnonce. */
export function userKey(
  challenge: DigestChallenge,
  username: string,
  password: string,
  cnonce: string,
): string {
  const { hash, realm, nonce, session } = challenge;
  const key = digestOf(hash, `${bytes(username)}:${realm}:${bytes(password)}`);
  return session ? digestOf(hash, `${key}:${nonce}:${cnonce}`) : key;
}

/** One request to be answered for. */
export interface DigestRequest {
  readonly method: string;
  /** The request-target, as sent. */
  readonly uri: string;
  readonly nonce: string;
  /** How often the nonce was used, this time included. */
  readonly count: number;
  readonly cnonce: string;
}

/** The `Proxy-Authorization` value. Each of its characters is a byte of the wire. */
export function digestAuthorization(
  challenge: DigestChallenge,
  username: string,
  key: string,
  request: DigestRequest,
): string {
  const { algorithm, hash, realm, opaque, qop } = challenge;
  const { method, uri, nonce, cnonce } = request;
  const nc = request.count.toString(16).padStart(8, '0');
  const what = digestOf(hash, `${method}:${uri}`);
  const response = digestOf(
    hash,
    qop === undefined
      ? `${key}:${nonce}:${what}`
      : `${key}:${nonce}:${nc}:${cnonce}:${qop}:${what}`,
  );
  const parts = [
    ...whoIs(challenge, username),
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
  ];
  if (algorithm !== undefined) parts.push(`algorithm=${algorithm}`);
  if (opaque !== undefined) parts.push(`opaque=${quoted(opaque)}`);
  if (qop !== undefined) parts.push(`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`);
  return `Digest ${parts.join(', ')}`;
}

/** RFC 7616 §3.4: hashed where the proxy takes that, in the form of RFC 8187 where it reads UTF-8, else as it is. */
function whoIs({ hash, realm, userhash, utf8 }: DigestChallenge, username: string): string[] {
  if (userhash)
    return [`username="${digestOf(hash, `${bytes(username)}:${realm}`)}"`, 'userhash=true'];
  if (/^[\x20-\x7e]*$/.test(username) || !utf8) return [`username=${quoted(bytes(username))}`];
  const escaped = encodeURIComponent(username).replaceAll(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [`username*=UTF-8''${escaped}`];
}

function digestOf(hash: string, text: string): string {
  return createHash(hash).update(text, 'latin1').digest('hex');
}

/** A text as its UTF-8 bytes, one to a character, as all that is hashed or written here. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
