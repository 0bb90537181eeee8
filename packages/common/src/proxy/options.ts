/** The object form of `httpProxy`: a URL and what belongs to that proxy alone. */
import { ConfigurationError } from '../errors.js';
import { headerRemedy } from '../header-value.js';
import { checkKeys, checkRecord, kindOf, own } from '../option-keys.js';
import type { ProxyCredentials, ProxyCredentialsSource } from '../route/proxy-credentials.js';
import { checkCredentials, checkSocksCredentials } from '../route/proxy-credentials.js';
import { isSocks, type ProxyProtocol, type ProxyServerInit } from '../route/proxy-server.js';
import { checkTlsOptions } from '../route/tls-check.js';
import type { TlsOptions } from '../route/tls-options.js';
import type { NoProxy } from './no-proxy.js';
import { compileNoProxy } from './no-proxy.js';
import { readProxyUrl } from './url.js';
import { wordFor } from './url-mistakes.js';

/** One proxy with all that belongs to it. */
export interface ProxyOptions {
  /** As `parseProxyUrl` reads it. Give credentials here or under `credentials`, not in both. */
  readonly url: string | URL;
  /**
   * A value, or a function that is asked before each attempt, and once more if the proxy did not accept its answer. (Cache
   * in the function what is slow to get.) A SOCKS proxy takes only `{ username, password }`.
   */
  readonly credentials?: ProxyCredentials | ProxyCredentialsSource | undefined;
  /** Headers for the proxy alone; none of them reaches the origin. Not `Proxy-Authorization`: that is `credentials`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** TLS settings of the hop to an `https:` proxy; none of them touches the origin. */
  readonly tls?: TlsOptions | undefined;
  /** Targets that this proxy does not serve, by the rules of NO_PROXY. It replaces the `noProxy` beside `httpProxy`. */
  readonly noProxy?: string | readonly string[] | undefined;
  /** `always`: CONNECT for `http:` targets too, so that no proxy can be mistaken for the origin. @default 'https' */
  readonly tunnel?: 'https' | 'always' | undefined;
}

const KEYS = ['url', 'credentials', 'headers', 'tls', 'noProxy', 'tunnel'] as const;

/** The SDK writes these for each request. */
const RESERVED = [
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'proxy-connection',
  'upgrade',
];

/**
 * Reads the object form.
 * @throws ConfigurationError that names the member, what was seen (without secrets), and the remedy.
 */
export function readProxyOptions(
  value: unknown,
  field: string,
): ProxyServerInit & { noProxy: NoProxy | undefined } {
  checkKeys(value, KEYS, field);
  const url = own(value, 'url');
  if (url === undefined) {
    throw new ConfigurationError(`${field} is an object without url`, {
      field: `${field}.url`,
      hint: "Write { url: 'http://host:port' }.",
    });
  }
  const word = typeof url === 'string' ? wordFor(url.trim()) : undefined;
  if (word !== undefined) {
    throw new ConfigurationError(`${field}.url is '${word}'`, {
      field: `${field}.url`,
      hint: 'Write httpProxy: false to go direct.',
    });
  }
  const server = readProxyUrl(url, `${field}.url`);
  const noProxy = own(value, 'noProxy');
  const credentials = readCredentials(own(value, 'credentials'), server, `${field}.credentials`);
  const headers = readHeaders(own(value, 'headers'), server.protocol, `${field}.headers`);
  return {
    ...server,
    ...credentials,
    headers,
    tls: readTls(own(value, 'tls'), server.protocol, `${field}.tls`),
    tunnel: readTunnel(own(value, 'tunnel'), server.protocol, `${field}.tunnel`),
    noProxy:
      noProxy === undefined
        ? undefined
        : compileNoProxy(noProxy as string | readonly string[], `${field}.noProxy`),
  };
}

function readCredentials(
  value: unknown,
  server: ProxyServerInit,
  field: string,
): Pick<ProxyServerInit, 'credentials'> {
  if (value === undefined) return {};
  if ((server.username ?? null) !== null) {
    throw new ConfigurationError(`${field} is given, and the url has credentials too`, {
      field,
      hint: 'Give them in one of the two places.',
    });
  }
  if (typeof value === 'function') return { credentials: value as ProxyCredentialsSource };
  const credentials = checkCredentials(value, field);
  if (isSocks(server.protocol)) checkSocksCredentials(credentials, field);
  return { credentials };
}

function readHeaders(
  value: unknown,
  protocol: ProxyProtocol,
  field: string,
): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (isSocks(protocol)) throw pointless(field, protocol, 'SOCKS has no headers');
  checkRecord(value, field, 'names and values');
  const flat: string[] = [];
  const seen = new Set<string>();
  for (const [name, text] of Object.entries(value)) {
    if (text === undefined) continue;
    const lower = name.toLowerCase();
    checkHeader(name, lower, text, field);
    if (seen.has(lower)) {
      throw new ConfigurationError(`${field} has ${lower} twice, in different spelling`, { field });
    }
    seen.add(lower);
    flat.push(name, text as string);
  }
  return Object.freeze(flat);
}

function checkHeader(name: string, lower: string, value: unknown, field: string): void {
  // RFC 9110, sections 5.1 and 5.5. A value is never shown: it may be a secret.
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) {
    throw new ConfigurationError(
      `${field} has a name that is no header name; it begins with ${JSON.stringify(/^[\w-]{0,40}/.exec(name)?.[0])}`,
      {
        field,
      },
    );
  }
  const at = `${field}.${name}`;
  if (lower === 'proxy-authorization') {
    throw new ConfigurationError(`${at} cannot be given as a header`, {
      field: at,
      hint: 'Give httpProxy.credentials: { username, password } or a function instead.',
    });
  }
  if (RESERVED.includes(lower)) {
    throw new ConfigurationError(`${at} cannot be given: the SDK writes it for each request`, {
      field: at,
      hint: 'Leave it out.',
    });
  }
  if (typeof value !== 'string') {
    throw new ConfigurationError(`${at} must be a string, this is ${kindOf(value)}`, {
      field: at,
      hint: headerRemedy(value),
    });
  }
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new ConfigurationError(
      `${at} has a line break or another character that a header cannot carry`,
      { field: at, hint: headerRemedy(value) },
    );
  }
}

function readTls(value: unknown, protocol: ProxyProtocol, field: string): TlsOptions | undefined {
  if (value === undefined) return undefined;
  if (protocol === 'http:') {
    throw pointless(
      field,
      protocol,
      'the connection to this proxy is not encrypted',
      'Write https:// in the url if the proxy expects TLS, or leave tls out.',
    );
  }
  if (isSocks(protocol)) throw pointless(field, protocol, 'SOCKS has no TLS to the proxy');
  return checkTlsOptions(value, field);
}

function readTunnel(
  value: unknown,
  protocol: ProxyProtocol,
  field: string,
): 'https' | 'always' | undefined {
  if (value === undefined) return undefined;
  if (value !== 'https' && value !== 'always') {
    throw new ConfigurationError(`${field} must be 'https' or 'always'`, { field });
  }
  if (isSocks(protocol)) throw pointless(field, protocol, 'SOCKS tunnels every target');
  return value;
}

function pointless(
  field: string,
  protocol: string,
  why: string,
  remedy = 'Leave it out.',
): ConfigurationError {
  return new ConfigurationError(`${field} makes no sense for a ${protocol}// proxy: ${why}`, {
    field,
    hint: remedy,
  });
}
