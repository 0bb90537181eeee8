/** TLS over an open connection, to an origin or to an `https:` proxy. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP, isIPv6, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { BoundedMap } from '../bounded-map.js';
import { ConfigurationError } from '../errors.js';
import { tlsIdentity, type TlsOptions } from '../route/tls-options.js';
import { keepSession, resumptionFailed, sessionFor } from './tls-sessions.js';

const contexts = new BoundedMap<string, tls.SecureContext>(100);

/** The other end of the connection. */
export interface TlsPeer {
  readonly host: string;
  readonly tls: TlsOptions | undefined;
  /** Which option of the caller's they are, for an error. */
  readonly field: 'tls' | 'httpProxy.tls';
  /**
   * The key of the TLS sessions that may be resumed here. It is different for proxies and origins, and for two ways to the same
   * origin: a session from a proxy that intercepts TLS must not be resumed on another way (CVE-2021-22890).
   */
  readonly sessionKey: string;
}

/**
 * Upgrades an open connection; resolves when the peer's certificate is verified. Rejects with Node's own error, or with
 * a ConfigurationError if a certificate or key in the options is not readable.
 */
export async function openTls(
  socket: Socket,
  { host, tls: given, field, sessionKey }: TlsPeer,
  hold: (socket: Socket) => void,
): Promise<tls.TLSSocket> {
  // No prototype: what somebody added to Object.prototype is no TLS setting.
  const options = Object.assign(Object.create(null) as TlsOptions, given);
  const identity = tlsIdentity(given);
  const secureContext = secureContextOf(identity, options, field);
  // A resumed session is not verified again, so it belongs to the settings that it was verified under.
  const key = `${sessionKey}|${identity}`;
  const session = sessionFor(key);
  return new Promise((resolve, reject) => {
    const secured = tls.connect({
      socket,
      host,
      secureContext,
      // RFC 6066 §3: an IP address must not be sent as the server name.
      servername: options.servername ?? (isIP(host) === 0 ? host : ''),
      rejectUnauthorized: options.rejectUnauthorized ?? true,
      ...(isIPv6(host) && options.servername === undefined
        ? { checkServerIdentity: checkAddress }
        : {}),
      ALPNProtocols: ['http/1.1'],
      ...(session === undefined ? {} : { session }),
    });
    hold(secured);
    const onError = (cause: Error): void => {
      if (session !== undefined) resumptionFailed(key, cause);
      reject(cause);
    };
    secured.on('session', (fresh) => keepSession(key, fresh));
    secured.once('error', onError);
    secured.once('secureConnect', () => {
      secured.removeListener('error', onError);
      resolve(secured);
    });
  });
}

/** Node 22.23 takes an IPv6 address for a malformed name, so the certificate itself is checked first. */
function checkAddress(host: string, certificate: tls.PeerCertificate): Error | undefined {
  const listed = new X509Certificate(certificate.raw).checkIP(host) !== undefined;
  return listed ? undefined : tls.checkServerIdentity(host, certificate);
}

/** One context for each TLS identity: making one parses every root, which takes tens of milliseconds. */
function secureContextOf(
  identity: string,
  options: TlsOptions,
  field: TlsPeer['field'],
): tls.SecureContext {
  const known = contexts.get(identity);
  if (known !== undefined) return known;
  let context: tls.SecureContext;
  try {
    context = tls.createSecureContext(contextOptions(options));
  } catch (cause) {
    const [what, hint] = unusable(cause);
    throw new ConfigurationError(`The options of ${field} could not be used: ${what}`, {
      field,
      hint,
      cause,
    });
  }
  contexts.set(identity, context);
  return context;
}

/** What OpenSSL could not use, and what helps. */
function unusable(cause: unknown): readonly [what: string, hint: string] {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH')
    return ['key does not belong to cert', 'Give the key that the certificate was made for.'];
  if (code === 'ERR_OSSL_BAD_DECRYPT' || message === 'mac verify failure')
    return [
      'passphrase does not open key or pfx',
      'Give the passphrase that it was encrypted with.',
    ];
  return [
    'a certificate or key in them was not readable',
    'Check that ca, cert and key are PEM, pfx is PKCS#12, and passphrase opens the key.',
  ];
}

function contextOptions(options: TlsOptions): tls.SecureContextOptions {
  const result = Object.create(null) as tls.SecureContextOptions;
  if (options.onlyCa !== undefined) result.ca = pems(options.onlyCa);
  else if (options.ca !== undefined) result.ca = [...defaultRoots(), ...pems(options.ca)];
  if (options.cert !== undefined) result.cert = buffer(options.cert);
  if (options.key !== undefined) result.key = buffer(options.key);
  if (options.pfx !== undefined) result.pfx = buffer(options.pfx);
  if (options.passphrase !== undefined) result.passphrase = options.passphrase;
  if (options.minVersion !== undefined) result.minVersion = options.minVersion;
  return result;
}

/**
 * The default roots, so that `ca` can add to them: Node itself drops them, and those of NODE_EXTRA_CA_CERTS, as soon as a `ca`
 * is given.
 */
function defaultRoots(): readonly string[] {
  // Exists since Node 22.15. It includes the system's store, if Node was started to use it.
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  if (getCACertificates !== undefined) return getCACertificates('default');
  const extra = extraRoots();
  return extra === undefined ? tls.rootCertificates : [...tls.rootCertificates, extra];
}

/** A missing file is skipped, as Node itself does, which warns of it when it starts. */
function extraRoots(): string | undefined {
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function pems(ca: NonNullable<TlsOptions['ca']>): (string | Buffer)[] {
  const list = typeof ca === 'string' || ca instanceof Uint8Array ? [ca] : ca;
  return list.map(buffer);
}

function buffer(value: string | Uint8Array): string | Buffer {
  return typeof value === 'string' ? value : Buffer.from(value);
}
