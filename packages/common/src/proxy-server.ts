/** A proxy server as the cascade names it and the wire dials it. Its password cannot be printed by accident. */
import { createHash } from 'node:crypto';
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

/** Credentials for a proxy, by value. */
export interface ProxyCredentials {
  /** Without `:` and control characters (RFC 7617). */
  readonly username: string;
  /** Without control characters. `null`: none was given. */
  readonly password?: string | null | undefined;
}

/** What a setting may say of a proxy beside its URL. */
export interface ProxyServerInit {
  readonly protocol: ProxyProtocol;
  readonly host: string;
  readonly port: number;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  /** The URL of the PAC file, for the `pac+…:` schemes. */
  readonly pac?: string | undefined;
  /** Headers for the proxy alone, as a flat list of names and values. */
  readonly headers?: readonly string[] | undefined;
  /** TLS settings for the hop to an `https:` proxy. */
  readonly tls?: TlsOptions | undefined;
  /** `always`: CONNECT for `http:` targets too. */
  readonly tunnel?: 'https' | 'always' | undefined;
}

/**
 * One proxy: `{ protocol, host, port, username, password, pac? }`. `password`, `headers`, `tls` and `tunnel` are
 * getters and not enumerable, so neither JSON, nor `inspect`, nor a spread shows a secret.
 */
export class ProxyServer {
  readonly protocol: ProxyProtocol;
  /** As WHATWG URLs read it, an IPv6 address without brackets; `''` for a PAC file. */
  readonly host: string;
  /** 0 for a PAC file. */
  readonly port: number;
  readonly username: string | null;
  /** The URL of the PAC file. */
  readonly pac?: string;
  readonly #password: string | null;
  readonly #headers: readonly string[];
  readonly #tls: TlsOptions | undefined;
  readonly #tunnel: 'https' | 'always';
  #key: string | undefined;

  constructor(init: ProxyServerInit) {
    this.protocol = init.protocol;
    this.host = init.host;
    this.port = init.port;
    this.username = init.username ?? null;
    if (init.pac !== undefined) this.pac = init.pac;
    this.#password = init.password ?? null;
    this.#headers = init.headers ?? [];
    this.#tls = init.tls;
    this.#tunnel = init.tunnel ?? 'https';
    Object.freeze(this);
  }

  /** `null` where none was given, `''` where an empty one was. */
  get password(): string | null {
    return this.#password;
  }

  get headers(): readonly string[] {
    return this.#headers;
  }

  get tls(): TlsOptions | undefined {
    return this.#tls;
  }

  get tunnel(): 'https' | 'always' {
    return this.#tunnel;
  }

  /** The proxy without credentials: `http://proxy.corp:3128`. What errors, logs and events show. */
  get href(): string {
    if (this.pac !== undefined) return withoutSecrets(this.pac, this.protocol);
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return `${this.protocol}//${host}:${this.port}`;
  }

  /** What tells two proxies apart in the key of a pool: address, credentials (hashed), headers (hashed), TLS. */
  get key(): string {
    this.#key ??= `${this.href}|${this.#secretIdentity()}|${tlsIdentity(this.#tls)}`;
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

  #secretIdentity(): string {
    if (this.username === null && this.#headers.length === 0) return '';
    const secrets = JSON.stringify([this.username, this.#password, this.#headers]);
    return createHash('sha256').update(secrets).digest('base64url').slice(0, 22);
  }
}

/** A PAC URL may carry credentials or a token in its query, a `data:` one a whole script. */
function withoutSecrets(pac: string, protocol: ProxyProtocol): string {
  if (protocol === 'pac+data:') return 'pac+data:…';
  const url = new URL(pac);
  return `pac+${url.protocol}//${url.host}${url.pathname}`;
}
