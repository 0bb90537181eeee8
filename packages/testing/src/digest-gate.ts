import { createHash, randomBytes } from 'node:crypto';
import type { Gate, Verdict } from './gated.js';
import type { RequestHead } from './scripted-proxy.js';

/** What a Digest gate asks for. */
export interface DigestGateOptions {
  readonly username: string;
  readonly password: string;
  /** @default 'gate' */
  readonly realm?: string | undefined;
  /** Offered in this order, each in a challenge of its own. @default ['MD5'] */
  readonly algorithms?: readonly string[] | undefined;
  /** The `qop` it offers; `null`: none, as before RFC 2617. @default 'auth' */
  readonly qop?: string | null | undefined;
  /** Takes the user name hashed (RFC 7616 §3.4.4). @default false */
  readonly userhash?: boolean | undefined;
  /** Says `charset=UTF-8`. @default false */
  readonly utf8?: boolean | undefined;
  /** How often a nonce may be used before it is stale. @default Infinity */
  readonly uses?: number | undefined;
  /** Names the next nonce in each answer, and knows no other from then on. @default false */
  readonly nextNonce?: boolean | undefined;
  /** Knows a nonce on the connection only that it was given out on. @default false */
  readonly perConnection?: boolean | undefined;
  /** Says `stale=true` of a nonce that it does not know. @default true */
  readonly saysStale?: boolean | undefined;
  /** Offers Basic beside Digest, and accepts it too where `'accepted'`. @default false */
  readonly basic?: boolean | 'accepted' | undefined;
  /** How its 407 ends. @default 'length' */
  readonly framing?: 'length' | 'chunked' | 'close' | undefined;
  /** The page behind its 407. @default 'No.' */
  readonly page?: string | undefined;
}

/** A gate that computes every response itself, and keeps the books of what it saw. */
export interface DigestGate extends Gate {
  /** Each request, in order: what it presented and what became of it. */
  readonly seen: readonly SeenRequest[];
  /** What a client that counts and hashes rightly never does: a gap in the counter, a wrong target, a wrong response. */
  readonly faults: readonly string[];
  /** Knows none of its nonces any more, as a proxy that was started anew. */
  forget(): void;
}

/** One request at a gate. */
export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly socketId: number;
  /** The whole `Proxy-Authorization` value. */
  readonly authorization: string | undefined;
  /** The counter, where it was Digest with a qop. */
  readonly nc: string | undefined;
  readonly outcome: 'passed' | 'unasked' | 'stale' | 'refused';
}

interface Nonce {
  readonly algorithm: string;
  readonly socketId: number;
  uses: number;
  /** A session's first cnonce. */
  cnonce?: string;
}

/**
 * A gate for `scripts.gated` that asks for Digest (RFC 7616) and checks it by a computation of its own: the response, the
 * target, and a counter without gaps.
 *
 * @example
 * const gate = digestGate({ username: 'ada', password: 'secret', algorithms: ['SHA-256', 'MD5'] });
 * const proxy = await startScriptedProxy(scripts.gated(gate));
 */
export function digestGate(options: DigestGateOptions): DigestGate {
  const { username, password, realm = 'gate', algorithms = ['MD5'], qop = 'auth' } = options;
  const { uses = Infinity, saysStale = true, framing, page = 'No.' } = options;
  const nonces = new Map<string, Nonce>();
  const opaque = randomBytes(6).toString('hex');
  const seen: SeenRequest[] = [];
  const faults: string[] = [];

  const issue = (algorithm: string, socketId: number): string => {
    const nonce = randomBytes(12).toString('base64');
    nonces.set(nonce, { algorithm, socketId, uses: 0 });
    return nonce;
  };

  const challenge = (socketId: number, stale: boolean): Verdict => ({
    pass: false,
    framing,
    page,
    headers: [
      ...(options.basic ? [`Proxy-Authenticate: Basic realm="${realm}"`] : []),
      ...algorithms.map((algorithm) => {
        const parts = [
          `realm="${realm}"`,
          `nonce="${issue(algorithm, socketId)}"`,
          `opaque="${opaque}"`,
        ];
        // MD5 is what no algorithm means; one challenge tries that.
        if (algorithms.length > 1 || algorithm !== 'MD5') parts.push(`algorithm=${algorithm}`);
        if (qop !== null) parts.push(`qop="${qop}"`);
        if (stale) parts.push('stale=true');
        if (options.userhash) parts.push('userhash=true');
        if (options.utf8) parts.push('charset=UTF-8');
        return `Proxy-Authenticate: Digest ${parts.join(', ')}`;
      }),
    ],
  });

  /** What is wrong with an answer whose nonce is known; `undefined` where nothing is. */
  const faultOf = (
    given: Map<string, string>,
    nonce: Nonce,
    head: RequestHead,
  ): string | undefined => {
    const hash = (text: string): string =>
      createHash(/^sha-256/i.test(nonce.algorithm) ? 'sha256' : 'md5')
        .update(text)
        .digest('hex');
    const name = options.userhash ? hash(`${username}:${realm}`) : username;
    const told =
      given.get('username') ?? decodeURIComponent(given.get('username*')?.slice(7) ?? '');
    if (told !== name) return `the user name is ${told}`;
    if (given.get('realm') !== realm) return 'another realm';
    if (given.get('opaque') !== opaque) return 'another opaque';
    if (given.get('uri') !== head.target)
      return `the uri is ${given.get('uri')}, not ${head.target}`;
    if (algorithms.length > 1 && given.get('algorithm') !== nonce.algorithm)
      return `the algorithm is ${given.get('algorithm')}`;
    let key = hash(`${username}:${realm}:${password}`);
    const what = hash(`${head.method}:${head.target}`);
    if (qop === null) {
      const right = hash(`${key}:${given.get('nonce')}:${what}`);
      return given.get('response') === right && !given.has('nc') ? undefined : 'a wrong response';
    }
    const nc = given.get('nc') ?? '';
    const cnonce = given.get('cnonce') ?? '';
    const count = (nonce.uses + 1).toString(16).padStart(8, '0');
    if (nc !== count) return `nc is ${nc} and not ${count}`;
    if (cnonce.length < 8) return 'a short cnonce';
    if (given.get('qop') !== 'auth') return `qop is ${given.get('qop')}`;
    if (/-sess$/i.test(nonce.algorithm)) {
      nonce.cnonce ??= cnonce;
      key = hash(`${key}:${given.get('nonce')}:${nonce.cnonce}`);
    }
    const right = hash(`${key}:${given.get('nonce')}:${nc}:${cnonce}:auth:${what}`);
    return given.get('response') === right ? undefined : 'a wrong response';
  };

  const judge = (head: RequestHead, socketId: number): Verdict => {
    const authorization = head.headers.find(
      ([name]) => name.toLowerCase() === 'proxy-authorization',
    )?.[1];
    const given = parametersOf(authorization);
    const note = (outcome: SeenRequest['outcome']): void => {
      const { method, target } = head;
      seen.push({ method, target, socketId, authorization, nc: given?.get('nc'), outcome });
    };
    if (options.basic === 'accepted' && authorization === basicOf(username, password)) {
      note('passed');
      return { pass: true };
    }
    if (given === undefined) {
      note(authorization === undefined ? 'unasked' : 'refused');
      return challenge(socketId, false);
    }
    const text = given.get('nonce') ?? '';
    const nonce = nonces.get(text);
    const elsewhere = options.perConnection === true && nonce?.socketId !== socketId;
    if (nonce === undefined || nonce.uses >= uses || elsewhere) {
      note('stale');
      return challenge(socketId, saysStale);
    }
    const fault = faultOf(given, nonce, head);
    if (fault !== undefined) {
      faults.push(fault);
      note('refused');
      return challenge(socketId, false);
    }
    nonce.uses += 1;
    note('passed');
    if (options.nextNonce !== true) return { pass: true };
    nonces.delete(text);
    const next = issue(nonce.algorithm, socketId);
    return { pass: true, headers: [`Proxy-Authentication-Info: nextnonce="${next}", qop=auth`] };
  };

  return { judge, seen, faults, forget: () => nonces.clear() };
}

function basicOf(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The parameters of a Digest value; `undefined` where it is none. Its bytes are read as UTF-8. */
function parametersOf(authorization: string | undefined): Map<string, string> | undefined {
  if (authorization === undefined || !/^Digest /i.test(authorization)) return undefined;
  const text = Buffer.from(authorization, 'latin1').toString('utf8');
  const found = text.matchAll(/([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))/g);
  return new Map(
    [...found].map(([, name = '', quoted, plain = '']) => [
      name.toLowerCase(),
      quoted?.replaceAll(/\\(.)/g, '$1') ?? plain,
    ]),
  );
}
