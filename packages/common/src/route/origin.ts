/** Where a request goes: one frozen object for each origin, parsed once, so that pools and decisions can be keyed by it. */
import { BoundedMap } from '../bounded-map.js';
import { ConfigurationError } from '../errors.js';
import { kindOf } from '../option-keys.js';

/** An `http:` or `https:` origin. Made by `originOf`. */
export interface Origin {
  readonly protocol: 'http:' | 'https:';
  /** As WHATWG URLs read it: lower case, A-labels, canonical addresses; an IPv6 address without brackets. */
  readonly hostname: string;
  /** The effective port. */
  readonly port: number;
  /** `https://api.example.com`, the default port left out. */
  readonly href: string;
  /** The value of the Host header: `api.example.com`, `[::1]:8443`. */
  readonly authority: string;
  /** The target of CONNECT, always with the port: `api.example.com:443`, `[::1]:443`. */
  readonly connectAuthority: string;
}

/** Limits the memory for many different origins. */
const MAX_ORIGINS = 16_384;
const origins = new BoundedMap<string, Origin>(MAX_ORIGINS);
/** The part of a URL that names its origin, if it has only plain characters: a URL that was seen before is not parsed again. */
const written = new BoundedMap<string, Origin>(MAX_ORIGINS);
const PLAIN = /^https?:\/\/[A-Za-z0-9.-]+(?::\d+)?(?=[/?#]|$)/;

/**
 * The origin of a URL.
 * @throws ConfigurationError where it is not an absolute `http:` or `https:` URL.
 */
export function originOf(url: string | URL): Origin {
  if (typeof url !== 'string') return originOfUrl(url);
  const plain = PLAIN.exec(url)?.[0];
  const seen = plain === undefined ? undefined : written.get(plain);
  if (seen !== undefined) return seen;
  const origin = originOfUrl(parse(url));
  if (plain !== undefined) written.set(plain, origin);
  return origin;
}

function originOfUrl(url: URL): Origin {
  if (!(url instanceof URL)) {
    throw new ConfigurationError(`A URL must be a string or a URL, this is ${kindOf(url)}`, {
      field: 'url',
    });
  }
  const { protocol } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new ConfigurationError(
      `A URL must begin with http:// or https://, this one ${beginningOf(url.href)}`,
      { field: 'url', hint: 'Write it whole, such as https://api.example.com.' },
    );
  }
  const known = origins.get(url.origin);
  if (known !== undefined) return known;
  const port = url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port);
  const origin: Origin = Object.freeze({
    protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    href: url.origin,
    authority: url.host,
    connectAuthority: `${url.hostname}:${port}`,
  });
  origins.set(url.origin, origin);
  return origin;
}

/**
 * How a refused URL begins, in words. What stands before a `:` without `//` is shown to nobody: in `user:password@host` it is
 * no scheme, and may be a secret.
 */
export function beginningOf(href: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:(?=\/\/)/i.exec(href)?.[0];
  return scheme === undefined ? 'has no scheme' : `begins with ${scheme}`;
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    // The text is not shown: it may hold credentials.
    throw new ConfigurationError(
      'A URL could not be read; write it whole, such as https://api.example.com',
      { field: 'url' },
    );
  }
}
