/** Where a request goes: one frozen object for each origin, parsed once, so that pools and decisions can be keyed by it. */
import { ConfigurationError } from './errors.js';

/** An `http:` or `https:` origin. Made by `originOf`. */
export interface Origin {
  readonly protocol: 'http:' | 'https:';
  /** As WHATWG URLs read it: lower case, A-labels, canonical addresses; an IPv6 address without brackets. */
  readonly hostname: string;
  /** The effective port. */
  readonly port: number;
  /** `https://api.example.com`, the default port left out. */
  readonly href: string;
  /** What the Host header says: `api.example.com`, `[::1]:8443`. */
  readonly authority: string;
  /** What CONNECT asks for, the port always spelt out: `api.example.com:443`, `[::1]:443`. */
  readonly connectAuthority: string;
}

/** Bounds the memory that many distinct origins take; the oldest goes first. */
const MAX_ORIGINS = 1_000;
const origins = new Map<string, Origin>();

/**
 * The origin of a URL.
 * @throws ConfigurationError where it is not an absolute `http:` or `https:` URL.
 */
export function originOf(url: string | URL): Origin {
  const parsed = typeof url === 'string' ? parse(url) : url;
  const known = origins.get(parsed.origin);
  if (known !== undefined) return known;
  const { protocol } = parsed;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new ConfigurationError(`A URL must begin with http:// or https://, this one begins with ${protocol}`, {
      field: 'url',
    });
  }
  const port = parsed.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(parsed.port);
  const origin: Origin = Object.freeze({
    protocol,
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port,
    href: parsed.origin,
    authority: parsed.host,
    connectAuthority: `${parsed.hostname}:${port}`,
  });
  if (origins.size >= MAX_ORIGINS) origins.delete(origins.keys().next().value as string);
  origins.set(parsed.origin, origin);
  return origin;
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    // The text is not shown: it may hold credentials.
    throw new ConfigurationError('A URL could not be read; write it whole, such as https://api.example.com', {
      field: 'url',
    });
  }
}
