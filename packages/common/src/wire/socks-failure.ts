/** What goes wrong on the way through a SOCKS server, and what cannot go that way at all. */
import { ConfigurationError, ConnectionError, ProxyError, type SdkError } from '../errors.js';
import type { Origin } from '../route/origin.js';
import { FORBIDDEN_HINT, UNREACHED_HINT } from '../route/proxy-refusal.js';
import type { ProxyServer } from '../route/proxy-server.js';
import { BrokenOff } from './exact-reader.js';
import { bare, codeOf } from './node-error.js';
import type { SocksOutcome } from './socks-handshake.js';

interface Reply {
  readonly means: string;
  readonly hint: string;
  /** The server works and said no. */
  readonly refused?: boolean;
  /** Whether the same question may be answered otherwise later. */
  readonly retryable?: boolean;
  readonly phase?: 'auth';
}

/** RFC 1928 §6. */
const SOCKS5_REPLIES: Readonly<Record<number, Reply>> = {
  1: { means: 'general failure', hint: "Check the proxy's log.", retryable: true },
  2: {
    means: 'not allowed by its ruleset',
    hint: FORBIDDEN_HINT,
    refused: true,
  },
  3: { means: 'network unreachable', hint: UNREACHED_HINT, retryable: true },
  4: { means: 'host unreachable', hint: UNREACHED_HINT, retryable: true },
  5: { means: 'connection refused by the target', hint: UNREACHED_HINT, retryable: true },
  6: { means: 'TTL expired', hint: UNREACHED_HINT, retryable: true },
  7: { means: 'command not supported', hint: 'Check that the proxy allows CONNECT.' },
  8: {
    means: 'address type not supported',
    hint: 'The proxy does not accept this kind of address. socks5h:// sends names, socks5:// sends addresses.',
  },
};

/** The memo of SOCKS 4, whose 91 says neither whether the server forbids the target nor whether it failed to reach it. */
const SOCKS4_REPLIES: Readonly<Record<number, Reply>> = {
  91: {
    means: 'rejected or failed',
    hint: "The proxy forbids the target or could not reach it: check the proxy's log.",
    retryable: true,
  },
  92: {
    means: 'it cannot ask identd on this machine',
    hint: 'The proxy expects an identd service on this machine: ask the people who run the proxy.',
    refused: true,
    phase: 'auth',
  },
  93: {
    means: 'the user id is not the one that identd names',
    hint: 'Check the user id in the proxy setting (socks4://user@host).',
    refused: true,
    phase: 'auth',
  },
};

const UNKNOWN: Reply = { means: 'an unknown code', hint: "Check the proxy's log." };

/** The error for an outcome that is not an open tunnel. */
export function socksRefused(
  proxy: ProxyServer,
  target: string,
  outcome: Exclude<SocksOutcome, { outcome: 'open' }>,
): SdkError {
  if (outcome.outcome === 'garbage') return notSocks(proxy, outcome.first);
  if (outcome.outcome === 'credentials') return credentialsRefused(proxy, outcome.what);
  const { code } = outcome;
  const replies = isVersion4(proxy) ? SOCKS4_REPLIES : SOCKS5_REPLIES;
  const { means, hint, refused, retryable = false, phase } = replies[code] ?? UNKNOWN;
  return new ProxyError(
    `The proxy ${proxy.href} refused a tunnel to ${target} (reply ${code}: ${means})`,
    {
      phase: phase ?? 'tunnel',
      proxy: proxy.href,
      requestSent: 'no',
      refused,
      retryable,
      hint,
    },
  );
}

function credentialsRefused(proxy: ProxyServer, what: 'wrong' | 'missing' | 'other'): SdkError {
  const [message, hint] = {
    wrong: [
      'refused the credentials',
      'Check the user name and the password (percent-encode them in a URL).',
    ],
    missing: [
      'asks for credentials',
      `Give them in the URL (${proxy.protocol}//user:password@host:port) or as httpProxy.credentials.`,
    ],
    other: [
      'accepts no way to authenticate that the SDK supports',
      'The SDK supports SOCKS 5 without authentication or with user name and password, not GSSAPI.',
    ],
  }[what];
  return new ProxyError(`The proxy ${proxy.href} ${message}`, {
    phase: 'auth',
    proxy: proxy.href,
    requestSent: 'no',
    refused: true,
    retryable: false,
    hint,
  });
}

/** The first byte shows what is really listening at the port. */
function notSocks(proxy: ProxyServer, first: number): SdkError {
  const [message, hint] = othersWord(proxy, first);
  return new ProxyError(`The proxy ${proxy.href} answered the SOCKS handshake ${message}`, {
    phase: 'tunnel',
    proxy: proxy.href,
    requestSent: 'no',
    retryable: false,
    hint,
  });
}

function othersWord(proxy: ProxyServer, first: number): readonly [message: string, hint: string] {
  if (first === 'H'.charCodeAt(0)) {
    return ['in HTTP', 'There is an HTTP proxy at this port: write http:// in the proxy setting.'];
  }
  if (first === 0x15 || first === 0x16) {
    return ['in TLS', 'The port expects TLS, which no SOCKS proxy does: check the port.'];
  }
  if (isVersion4(proxy) && first === 5) {
    return ['in SOCKS 5', 'Write socks5h:// (or socks5://) in the proxy setting.'];
  }
  if (!isVersion4(proxy) && (first === 0 || first === 4)) {
    return ['in SOCKS 4', 'Write socks4a:// (or socks4://) in the proxy setting.'];
  }
  return ['with something that is not SOCKS', "Check that the port is a SOCKS proxy's."];
}

/** The server ended the connection before the tunnel stood. */
export function socksBroken(proxy: ProxyServer, target: string, cause: unknown): SdkError {
  const silent = cause instanceof BrokenOff && cause.receivedBytes === 0;
  const reason: unknown = cause instanceof BrokenOff ? cause.cause : cause;
  return new ProxyError(
    `The proxy ${proxy.href} closed the connection ${silent ? 'without an answer' : 'within its answer'} to the SOCKS handshake for ${target}`,
    {
      phase: 'tunnel',
      proxy: proxy.href,
      requestSent: 'no',
      retryable: true,
      hint: silent
        ? "Check that the port is a SOCKS proxy's, and that it speaks this version of SOCKS."
        : "Check the proxy's log.",
      cause: bare(reason),
    },
  );
}

/** `socks4:` and `socks5:` look names up on this machine, and this name has no address here. */
export function nameUnresolved(proxy: ProxyServer, origin: Origin, cause: unknown): SdkError {
  const code = codeOf(cause);
  const v4 = isVersion4(proxy);
  return new ConnectionError(
    `No ${v4 ? 'IPv4 ' : ''}address for the name "${origin.hostname}" (${code || 'no code'}); with this scheme of the proxy ${proxy.href} names are looked up on this machine`,
    {
      reason: code || 'UNKNOWN',
      requestSent: 'no',
      retryable: true,
      hint: `Check the endpoint. If only the proxy knows the name, write ${v4 ? 'socks4a' : 'socks5h'}://: then the proxy looks it up.`,
      cause: bare(cause),
    },
  );
}

/**
 * Refuses, before any socket opens, what SOCKS cannot carry.
 * @throws ConfigurationError
 */
export function checkCarriable(
  proxy: ProxyServer,
  origin: Origin,
  family: 4 | 6 | undefined,
): void {
  const v4 = isVersion4(proxy);
  if (v4 && (proxy.password ?? '') !== '') {
    throw cannot(
      `The proxy ${proxy.href} was given a password, but SOCKS 4 has only a user id`,
      'Leave the password out, or write socks5:// if the proxy supports SOCKS 5.',
    );
  }
  if (byteLength(proxy.username) > MAX_BYTES || byteLength(proxy.password) > MAX_BYTES) {
    throw cannot(
      `The user name or the password of the proxy ${proxy.href} is longer than ${MAX_BYTES} bytes, which SOCKS cannot carry`,
      'Check the credentials of the proxy.',
    );
  }
  if (v4 && origin.hostname.includes(':')) {
    throw cannot(
      `${origin.href} is an IPv6 address, but the proxy ${proxy.href} uses SOCKS 4, which supports only IPv4`,
      'Write socks5:// if the proxy supports SOCKS 5, or give the endpoint by name or IPv4 address.',
    );
  }
  if (proxy.protocol === 'socks4:' && family === 6) {
    throw cannot(
      `The proxy ${proxy.href} uses SOCKS 4, which supports only IPv4, but the transport's family is 6`,
      'Write socks4a:// or socks5://, or leave family out.',
    );
  }
  if (byteLength(origin.hostname) > MAX_BYTES) {
    throw cannot(
      `The name of the origin is longer than ${MAX_BYTES} bytes, which SOCKS cannot carry`,
      'Check the endpoint.',
    );
  }
}

/** A length is one byte in SOCKS 5 (RFC 1928 §5, RFC 1929 §2). */
const MAX_BYTES = 255;

function byteLength(text: string | null): number {
  return text === null ? 0 : Buffer.byteLength(text, 'utf8');
}

/** Whether the scheme is one of version 4. */
export function isVersion4({ protocol }: ProxyServer): boolean {
  return protocol === 'socks4:' || protocol === 'socks4a:';
}

function cannot(message: string, hint: string): ConfigurationError {
  return new ConfigurationError(`${message}; nothing was sent`, { field: 'httpProxy', hint });
}
