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

/** Who is at the other end. */
export interface TlsPeer {
  readonly host: string;
  readonly tls: TlsOptions | undefined;
  /**
   * Whose sessions may be resumed here. It tells proxies from origins, and an origin reached by one way from the same one
   * reached by another: who intercepts TLS on one way must not hand its session to the next (CVE-2021-22890).
   */
  readonly sessionKey: string;
}

/**
 * Upgrades an open connection; resolves when the peer's certificate is verified. Rejects with Node's own error, or with
 * a ConfigurationError where a certificate or key in the options is not readable.
 */
export async function openTls(
  socket: Socket,
  { host, tls: given, sessionKey }: TlsPeer,
  hold: (socket: Socket) => void,
): Promise<tls.TLSSocket> {
  // No prototype: what somebody added to Object.prototype is no TLS setting.
  const options = Object.assign(Object.create(null) as TlsOptions, given);
  const identity = tlsIdentity(given);
  const secureContext = secureContextOf(identity, options);
  // A resumed session is not verified again, so it belongs to the settings that it was verified under.
  const key = `${sessionKey}|${identity}`;
  const session = sessionFor(key);
  return new Promise((resolve, reject) => {
    const secured = tls.connect({
      socket,
      host,
      secureContext,
      // RFC 6066 §3: an address is never asked for by name.
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

/** Node 22.23 takes an IPv6 address for a malformed name; the certificate itself is asked first. */
function checkAddress(host: string, certificate: tls.PeerCertificate): Error | undefined {
  const listed = new X509Certificate(certificate.raw).checkIP(host) !== undefined;
  return listed ? undefined : tls.checkServerIdentity(host, certificate);
}

/** One context for each TLS identity: making one parses every root, which takes tens of milliseconds. */
function secureContextOf(identity: string, options: TlsOptions): tls.SecureContext {
  const known = contexts.get(identity);
  if (known !== undefined) return known;
  let context: tls.SecureContext;
  try {
    context = tls.createSecureContext(contextOptions(options));
  } catch (cause) {
    throw new ConfigurationError(
      'The TLS options could not be used: a certificate or key in them was not readable',
      {
        field: 'tls',
        hint: 'Check that ca, cert and key are PEM, pfx is PKCS#12, and passphrase opens the key.',
        cause,
      },
    );
  }
  contexts.set(identity, context);
  return context;
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
 * The roots that hold where no `ca` is given, so that `ca` adds to them: Node drops them, and those of
 * NODE_EXTRA_CA_CERTS, as soon as a `ca` is named.
 */
function defaultRoots(): readonly string[] {
  // Since Node 22.15; it also knows the system's store, where Node was told to use it.
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  if (getCACertificates !== undefined) return getCACertificates('default');
  const extra = extraRoots();
  return extra === undefined ? tls.rootCertificates : [...tls.rootCertificates, extra];
}

/** A file that is not there is left out, as Node itself does, which has warned of it as it began. */
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
