/** A proxy server, as the cascade chooses it and the dialer uses it. Its credentials cannot be printed by accident. */
import { ProxyError, isSdkError } from '../errors.js';
import { own, readAnswer } from '../option-keys.js';
import type {
  PasswordCredentials,
  ProxyCredentials,
  ProxyCredentialsRequest,
  ProxyCredentialsSource,
} from './proxy-credentials.js';
import { checkCredentials, checkSocksCredentials } from './proxy-credentials.js';
import { secretIdentity } from './secret-identity.js';
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

/** Whether a proxy uses SOCKS, which has only tunnels. */
export function isSocks(protocol: string): boolean {
  return protocol.startsWith('socks');
}

/** A proxy as a setting describes it. */
export interface ProxyServerInit {
  readonly protocol: ProxyProtocol;
  readonly host: string;
  readonly port: number;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  /** Instead of `username` and `password`: any shape of credentials, or a function that is asked for them. */
  readonly credentials?: ProxyCredentials | ProxyCredentialsSource | undefined;
  /** The URL of the PAC file, for the `pac+…:` schemes. */
  readonly pac?: string | undefined;
  /** Headers for the proxy alone, as a flat list of names and values. */
  readonly headers?: readonly string[] | undefined;
  /** TLS settings for the hop to an `https:` proxy. */
  readonly tls?: TlsOptions | undefined;
  /** `always`: CONNECT for `http:` targets too. */
  readonly tunnel?: 'https' | 'always' | undefined;
}

const CREDENTIALS = 'httpProxy.credentials';
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * One proxy: `{ protocol, host, port }`. All that may hold a secret (`username`, which is often a token, `password`,
 * `given`, `credentials`, `headers`, `tls`, `pac`) is a getter and not enumerable, so that neither JSON, nor `inspect`,
 * nor a spread, nor a structured clone shows it.
 */
export class ProxyServer {
  readonly protocol: ProxyProtocol;
  /** As WHATWG URLs read it, an IPv6 address without brackets; `''` for a PAC file. */
  readonly host: string;
  /** 0 for a PAC file. */
  readonly port: number;
  readonly #given: ProxyCredentials | undefined;
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
    this.#pac = own(init, 'pac');
    const credentials = own(init, 'credentials');
    this.#credentials = typeof credentials === 'function' ? credentials : undefined;
    this.#given = givenBy(init, credentials);
    this.#headers = own(init, 'headers') ?? [];
    this.#tls = own(init, 'tls');
    this.#tunnel = own(init, 'tunnel') ?? 'https';
    this.#href = hrefOf(this, this.#pac);
    Object.freeze(this);
  }

  /** `null` if none was given, or if a function is asked for it. */
  get username(): string | null {
    return passwordOf(this.#given)?.username ?? null;
  }

  /** `null` if none was given, `''` if an empty one was. */
  get password(): string | null {
    return passwordOf(this.#given)?.password ?? null;
  }

  /** The credentials by value; `undefined` if there are none, or if a function is asked for them. */
  get given(): ProxyCredentials | undefined {
    return this.#given;
  }

  /** The function that is asked for credentials before each attempt; `undefined` if there is none. */
  get credentials(): ProxyCredentialsSource | undefined {
    return this.#credentials;
  }

  /**
   * This proxy with the credentials that its function answers now, by value; the same object if it has no function. Equal
   * answers give the same object, so that sockets are shared.
   * @param attempt `2` if the proxy refused the first answer
   * @param schemes the schemes that it offered then
   * @throws ProxyError (phase `auth`, nothing sent) if the function throws; ConfigurationError if its answer cannot be sent.
   */
  askCredentials(
    attempt: 1 | 2 = 1,
    schemes: readonly string[] = [],
  ): ProxyServer | Promise<ProxyServer> {
    const source = this.#credentials;
    if (source === undefined) return this;
    return this.#ask(source, Object.freeze({ proxy: this.#href, attempt, schemes }));
  }

  async #ask(
    source: ProxyCredentialsSource,
    request: ProxyCredentialsRequest,
  ): Promise<ProxyServer> {
    let answer: unknown;
    try {
      answer = await source(request);
    } catch (error) {
      throw credentialsFailed(this.#href, error);
    }
    const what = `What the function ${CREDENTIALS} answered`;
    const given = readAnswer(CREDENTIALS, what, () => {
      const checked = checkCredentials(answer, what);
      if (isSocks(this.protocol)) checkSocksCredentials(checked, what);
      return checked;
    });
    const asked = new ProxyServer({ ...this.#init(), credentials: given });
    const last = this.#withAnswer;
    return last?.key === asked.key ? last : (this.#withAnswer = asked);
  }

  /**
   * This proxy's own settings (credentials, headers, TLS) at another address, which a PAC file names.
   * @throws ConfigurationError for a SOCKS proxy and credentials that SOCKS cannot carry.
   */
  at(protocol: ProxyProtocol, host: string, port: number): ProxyServer {
    if (this.#given !== undefined && isSocks(protocol))
      checkSocksCredentials(this.#given, CREDENTIALS);
    return new ProxyServer({ ...this.#init(), protocol, host, port, pac: undefined });
  }

  #init(): ProxyServerInit {
    return {
      protocol: this.protocol,
      host: this.host,
      port: this.port,
      credentials: this.#credentials ?? this.#given,
      pac: this.#pac,
      headers: this.#headers,
      tls: this.#tls,
      tunnel: this.#tunnel,
    };
  }

  /** The URL of the PAC file, without credentials; `undefined` if the scheme is not `pac+…:`. */
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

  /** Identifies the proxy in the key of a pool: address, credentials and headers (hashed), TLS, tunnel. */
  get key(): string {
    this.#key ??= `${this.#href}|${this.#secrets()}|${tlsIdentity(this.#tls)}|${this.#tunnel}`;
    return this.#key;
  }

  /** The `Proxy-Authorization` value for Basic (RFC 7617, UTF-8); `undefined` without a user name, or for Digest alone. */
  get basicAuthorization(): string | undefined {
    const given = passwordOf(this.#given);
    if (given === undefined || given.scheme === 'digest') return undefined;
    return `Basic ${Buffer.from(`${given.username}:${given.password ?? ''}`, 'utf8').toString('base64')}`;
  }

  toString(): string {
    return this.href;
  }

  [INSPECT](): string {
    return `ProxyServer { ${this.#href} }`;
  }

  #secrets(): string {
    return secretIdentity({
      given: this.#given,
      credentials: this.#credentials,
      headers: this.#headers,
      pac: this.#pac,
    });
  }
}

function givenBy(
  init: ProxyServerInit,
  credentials: ProxyServerInit['credentials'],
): ProxyCredentials | undefined {
  if (typeof credentials === 'object') return checkCredentials(credentials, 'credentials');
  const username = own(init, 'username') ?? null;
  if (username === null || credentials !== undefined) return undefined;
  return Object.freeze({ username, password: own(init, 'password') ?? null });
}

function passwordOf(given: ProxyCredentials | undefined): PasswordCredentials | undefined {
  return given !== undefined && 'username' in given ? given : undefined;
}

/** What a function throws may hold a secret, so the error says only that it threw. */
function credentialsFailed(proxy: string, error: unknown): ProxyError {
  return new ProxyError(`The function for the credentials of the proxy ${proxy} threw`, {
    phase: 'auth',
    proxy,
    requestSent: 'no',
    retryable: false,
    hint: 'Its message is not shown, since it may hold a secret: catch and log it inside the function.',
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
