/** Loads a PAC file: over the driver's own transport without a proxy, from the disk, or out of its own URL. */
import { isSdkError } from '../../errors.js';
import type { LoadedPac } from '../../proxy/pac/files.js';
import type { PacFailure } from '../../proxy/pac/evaluate.js';
import { scriptOfDataUrl } from '../../proxy/pac/data.js';
import { originOf } from '../../route/origin.js';
import type { ProxyServer } from '../../route/proxy-server.js';
import { routeTo } from '../../route/route.js';
import type { TlsOptions } from '../../route/tls-options.js';
import type { ResponseHeaders } from '../../transport/response-headers.js';
import type { Timeouts } from '../../transport/timeouts.js';
import type { Transport, TransportResponse } from '../../transport/transport.js';
import { discardBody } from '../content/body.js';
import { BodyTooLong, collect } from '../content/collect.js';
import { decompress, UnreadableCoding } from '../content/decompress.js';
import { readScriptFile } from './read-file.js';

/** The longest PAC file that is accepted, in bytes. */
const PAC_LIMIT_BYTES = 1024 * 1024;
/** How long a script is kept if its server does not say, in milliseconds. */
const PAC_FRESH_MS = 5 * 60_000;
/** The limits for what a server may say about that, in milliseconds. */
const SHORTEST_MS = 10_000;
const LONGEST_MS = 60 * 60_000;
/** The disk is asked again after this long, in milliseconds. */
const FILE_FRESH_MS = 1_000;

/** What loading a file needs. */
export interface PacFetch {
  readonly transport: Transport;
  readonly userAgent: string;
  readonly timeouts: Timeouts;
  /** For all of it, in milliseconds. */
  readonly limitMs: number;
  /** Aborts when no request waits for it any longer. */
  readonly signal: AbortSignal;
}

/** @throws ConfigurationError if the driver has been closed. */
export async function loadPac(file: ProxyServer, fetch: PacFetch): Promise<LoadedPac | PacFailure> {
  const url = file.pac as string;
  try {
    if (file.protocol === 'pac+data:') return fromData(url);
    if (file.protocol === 'pac+file:') {
      const text = asText(await readScriptFile(new URL(url), PAC_LIMIT_BYTES));
      return { text, freshMs: FILE_FRESH_MS };
    }
    return await fetched(new URL(url), file.tls, fetch);
  } catch (error) {
    if (isSdkError(error, 'SDK_CONFIGURATION')) throw error;
    return notLoaded(error);
  }
}

function fromData(url: string): LoadedPac | PacFailure {
  const text = scriptOfDataUrl(url);
  if (text !== undefined && text.length <= PAC_LIMIT_BYTES) return { text, freshMs: Infinity };
  return failure(
    text === undefined ? 'holds base64 that cannot be read' : TOO_LONG,
    'Write the script percent-encoded, or in base64 after ";base64,".',
  );
}

async function fetched(
  url: URL,
  tls: TlsOptions | undefined,
  { transport, userAgent, timeouts, limitMs, signal }: PacFetch,
): Promise<LoadedPac | PacFailure> {
  const origin = originOf(url);
  const response = await transport.send({
    method: 'GET',
    origin,
    path: url.pathname + url.search,
    headers: [
      ...['User-Agent', userAgent],
      ...['Accept', 'application/x-ns-proxy-autoconfig, */*;q=0.5'],
      ...['Accept-Encoding', 'identity'],
    ],
    route: routeTo(origin, undefined),
    tls: tls === undefined ? undefined : ofTheServer(tls),
    timeouts: { ...timeouts, totalMs: limitMs },
    signal,
    freshSocket: true,
    bare: true,
  });
  if (response.status !== 200) {
    discardBody(response.body);
    return refused(response, url);
  }
  const bytes = await collect(response.body, PAC_LIMIT_BYTES, undefined);
  const coding = response.headers.get('content-encoding');
  const plain = coding === undefined ? bytes : await decompress(bytes, coding, PAC_LIMIT_BYTES);
  return { text: asText(plain), freshMs: freshness(response.headers) };
}

/** Without `servername`: that is the name of an `https:` proxy, not of the server of the file. */
function ofTheServer({ servername: _, ...tls }: TlsOptions): TlsOptions {
  return tls;
}

function asText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** `Cache-Control: max-age=600` (RFC 9111 §5.2.2.1), within bounds. */
function freshness(headers: ResponseHeaders): number {
  const control = headers.get('cache-control') ?? '';
  if (/\bno-(?:cache|store)\b/i.test(control)) return SHORTEST_MS;
  const seconds = /\bmax-age=(\d{1,9})/i.exec(control)?.[1];
  if (seconds === undefined) return PAC_FRESH_MS;
  return Math.min(Math.max(Number(seconds) * 1_000, SHORTEST_MS), LONGEST_MS);
}

/** A redirect is not followed: over plain http anybody in between could then name another file. */
function refused({ status, headers }: TransportResponse, asked: URL): PacFailure {
  const location = headers.get('location');
  if (
    status >= 300 &&
    status < 400 &&
    location !== undefined &&
    URL.canParse(location, asked.href)
  ) {
    const { protocol, host, pathname } = new URL(location, asked);
    return failure(
      `could not be loaded: its server redirects (${status}), which is not followed`,
      `If the new address is right, write pac+${protocol}//${host}${pathname} instead.`,
    );
  }
  return failure(
    `could not be loaded: its server answered ${status}`,
    status === 401 || status === 403
      ? 'The file is loaded without credentials, since those of httpProxy are for the proxies that it names.'
      : 'Check the URL of the file.',
    status >= 500 || status === 429,
  );
}

const TOO_LONG = `is longer than ${PAC_LIMIT_BYTES} bytes`;

function notLoaded(error: unknown): PacFailure {
  if (error instanceof BodyTooLong) return failure(TOO_LONG, 'Check the URL of the file.');
  if (error instanceof UnreadableCoding) {
    return failure(`could not be loaded: ${error.message}`, 'Let its server send it uncompressed.');
  }
  if (isSdkError(error)) {
    const { retryable } = error as { retryable?: boolean };
    return failure(`could not be loaded: ${error.message}`, hintOf(error.code), retryable === true);
  }
  const code = (error as { code?: unknown } | null)?.code;
  return failure(
    `could not be read (${typeof code === 'string' ? code : 'no code'})`,
    'Check that the file is there, is a regular file, and may be read.',
  );
}

function hintOf(code: string): string {
  return code === 'SDK_TLS'
    ? "Add the authority that signed its server's certificate to httpProxy.tls.ca."
    : 'Check the URL of the file, and that its server can be reached without a proxy.';
}

function failure(text: string, hint: string, retryable = false): PacFailure {
  return { failure: text, hint, retryable };
}
