/** A proxy server as the cascade names it and the wire dials it. Its password cannot be printed by accident. */
import { createHash } from 'node:crypto';
import { ProxyError, isSdkError } from '../errors.js';
import { own } from '../option-keys.js';
import type { ProxyCredentialsSource } from './proxy-credentials.js';
import { checkCredentials } from './proxy-credentials.js';
import type { TlsOptions } from './tls-options.js';
import { tlsIdentity } from './tls-options.js';

/** Every scheme that a proxy setting may have. */
export type ProxyProtocol =
  | 'http:'
  | 'https:'
  | 'socks:'
  | 'socks4:'
  | 'socks4a:'
  | 'socks5:'
  | 'socks5h:'
  | 'pac+http:'
  | 'pac+https:'
  | 'pac+file:'
  | 'pac+data:';

/** What a setting may say of a proxy beside its URL. */
export interface ProxyServerInit {
  readonly protocol: ProxyProtocol;
  readonly host: string;
  readonly port: number;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  /** Asked for credentials instead of `username` and `password`. */
  readonly credentials?: ProxyCredentialsSource | undefined;
  /** The URL of the PAC file, for the `pac+…:` schemes. */
  readonly pac?: string | undefined;
  /** Headers for the proxy alone, as a flat list of names and values. */
  readonly headers?: readonly string[] | undefined;
  /** TLS settings for the hop to an `https:` proxy. */
  readonly tls?: TlsOptions | undefined;
  /** `always`: CONNECT for `http:` targets too. */
  readonly tunnel?: 'https' | 'always' | undefined;
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * One proxy: `{ protocol, host, port, username, password, pac? }`. All that may hold a secret (`password`,
 * `credentials`, `headers`, `tls`, `pac`) is a getter and not enumerable, so that neither JSON, nor `inspect`, nor a
 * spread, nor a structured clone shows it.
 */
export class ProxyServer {
  readonly protocol: ProxyProtocol;
  /** As WHATWG URLs read it, an IPv6 address without brackets; `''` for a PAC file. */
  readonly host: string;
  /** 0 for a PAC file. */
  readonly port: number;
  /** `null` where none was given, or where a function is asked for it. */
  readonly username: string | null;
  readonly #password: string | null;
  readonly #credentials: ProxyCredentialsSource | undefined;
  readonly #pac: string | undefined;
  readonly #headers: readonly string[];
  readonly #tls: TlsOptions | undefined;
  readonly #tunnel: 'https' | 'always';
  readonly #href: string;
  #key: string | undefined;
  /** The proxy with what the function for credentials answered last. */
  #withAnswer: ProxyServer | undefined;

  constructor(init: ProxyServerInit) {
    this.protocol = init.protocol;
    this.host = init.host;
    this.port = init.port;
    this.username = own(init, 'username') ?? null;
    this.#pac = own(init, 'pac');
    this.#password = own(init, 'password') ?? null;
    this.#credentials = own(init, 'credentials');
    this.#headers = own(init, 'headers') ?? [];
    this.#tls = own(init, 'tls');
    this.#tunnel = own(init, 'tunnel') ?? 'https';
    this.#href = hrefOf(this, this.#pac);
    Object.freeze(this);
  }

  /** `null` where none was given, `''` where an empty one was. */
  get password(): string | null {
    return this.#password;
  }

  /** Asked for credentials before each attempt; `undefined` where they came by value or not at all. */
  get credentials(): ProxyCredentialsSource | undefined {
    return this.#credentials;
  }

  /**
   * This proxy with the credentials that its function answers now, by value; itself where it has no function. Equal
   * answers give the same object, so that sockets are shared.
   * @throws ProxyError (phase `auth`, nothing sent) where the function throws; ConfigurationError where its answer
   * cannot be sent.
   */
  askCredentials(): ProxyServer | Promise<ProxyServer> {
    return this.#credentials === undefined ? this : this.#ask(this.#credentials);
  }

  async #ask(source: ProxyCredentialsSource): Promise<ProxyServer> {
    let answer: unknown;
    try {
      answer = await source();
    } catch (error) {
      throw credentialsFailed(this.#href, error);
    }
    const given = checkCredentials(answer, 'What the function httpProxy.credentials answered');
    const username = given.username;
    const password = given.password ?? null;
    const last = this.#withAnswer;
    if (last?.username === username && last.password === password) return last;
    const { protocol, host, port } = this;
    return (this.#withAnswer = new ProxyServer({
      protocol,
      host,
      port,
      username,
      password,
      pac: this.#pac,
      headers: this.#headers,
      tls: this.#tls,
      tunnel: this.#tunnel,
    }));
  }

  /** The URL of the PAC file, without credentials; `undefined` where the scheme is not `pac+…:`. */
  get pac(): string | undefined {
    return this.#pac;
  }

  /** Headers for the proxy alone, as a flat list of names and values. */
  get headers(): readonly string[] {
    return this.#headers;
  }

  /** TLS settings of the hop to the proxy. */
  get tls(): TlsOptions | undefined {
    return this.#tls;
  }

  /** `https`: CONNECT for `https:` targets only; `always`: for `http:` ones too. */
  get tunnel(): 'https' | 'always' {
    return this.#tunnel;
  }

  /** The proxy without credentials: `http://proxy.corp:3128`. What errors, logs and events show. */
  get href(): string {
    return this.#href;
  }

  /** What tells two proxies apart in the key of a pool: address, credentials and headers (hashed), TLS, tunnel. */
  get key(): string {
    this.#key ??= `${this.#href}|${this.#secretIdentity()}|${tlsIdentity(this.#tls)}|${this.#tunnel}`;
    return this.#key;
  }

  /** The `Proxy-Authorization` value for Basic (RFC 7617, UTF-8); `undefined` without a user name. */
  get basicAuthorization(): string | undefined {
    if (this.username === null) return undefined;
    return `Basic ${Buffer.from(`${this.username}:${this.#password ?? ''}`, 'utf8').toString('base64')}`;
  }

  toString(): string {
    return this.href;
  }

  [INSPECT](): string {
    return `ProxyServer { ${this.#href} }`;
  }

  #secretIdentity(): string {
    const credentials = this.#credentials === undefined ? 0 : numberOf(this.#credentials);
    if (this.username === null && this.#headers.length === 0 && this.#pac === undefined) {
      return credentials === 0 ? '' : `f${credentials}`;
    }
    const secrets = [this.username, this.#password, credentials, this.#headers, this.#pac];
    return createHash('sha256').update(JSON.stringify(secrets)).digest('base64url').slice(0, 22);
  }
}

const numbers = new WeakMap<ProxyCredentialsSource, number>();
let functions = 0;

/** Two functions may answer differently, so each has a number of its own. */
function numberOf(source: ProxyCredentialsSource): number {
  let number = numbers.get(source);
  if (number === undefined) {
    functions += 1;
    number = functions;
    numbers.set(source, number);
  }
  return number;
}

/** What a function threw may hold a secret, so only that it threw is told. */
function credentialsFailed(proxy: string, error: unknown): ProxyError {
  return new ProxyError(`The function for the credentials of the proxy ${proxy} threw.`, {
    phase: 'auth',
    proxy,
    requestSent: 'no',
    retryable: false,
    hint: 'Its message is not shown, since it may hold a secret: catch and log it inside the function',
    cause: isSdkError(error) ? error : undefined,
  });
}

/** A PAC URL may carry a token in its query, a `data:` one a whole script: neither is shown. */
function hrefOf(proxy: ProxyServer, pac: string | undefined): string {
  if (pac === undefined) {
    const host = proxy.host.includes(':') ? `[${proxy.host}]` : proxy.host;
    return `${proxy.protocol}//${host}:${proxy.port}`;
  }
  if (proxy.protocol === 'pac+data:') return 'pac+data:…';
  const url = new URL(pac);
  return `pac+${url.protocol}//${url.host}${url.pathname}`;
}
