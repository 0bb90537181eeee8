import 'reflect-metadata';
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { X509Certificate } from '@peculiar/x509';

/** A certificate and its private key, both PEM, as `tls.createSecureContext` takes them. */
export interface IssuedCertificate {
  /** The leaf certificate, PEM. */
  readonly cert: string;
  /** Its private key, PKCS #8 PEM. */
  readonly key: string;
  /** SHA-256 fingerprint in colon form, as `tlsSocket.getPeerCertificate().fingerprint256` shows it. */
  readonly fingerprint256: string;
}

/** What a certificate is made for. */
export interface IssueOptions {
  /**
   * Names and addresses in the subjectAltName; the first one is also the common name.
   * @default ['localhost', '127.0.0.1', '::1']
   */
  readonly hosts?: readonly string[] | undefined;
  /** The first instant of validity. Default: one day ago, or a day before `notAfter` where that is earlier. */
  readonly notBefore?: Date | undefined;
  /** The last instant of validity; a past one makes an expired certificate. Default: 30 days from now. */
  readonly notAfter?: Date | undefined;
  /** `true` makes a client certificate (extended key usage clientAuth), as mutual TLS asks for. Default: a server's. */
  readonly client?: boolean | undefined;
}

/** A certificate authority that lives in memory, for as long as the run. */
export interface CertificateAuthority {
  /** The root certificate, PEM: what a client has to trust. */
  readonly cert: string;
  /** Signs a new P-256 key; each call answers another certificate. */
  issue(options?: IssueOptions): Promise<IssuedCertificate>;
}

const dayMs = 24 * 60 * 60 * 1000;
const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' } as const;
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = der.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

/** What a leaf holds, whoever signs it. */
function leafOf(options: IssueOptions) {
  const hosts = options.hosts ?? ['localhost', '127.0.0.1', '::1'];
  const notAfter = options.notAfter ?? new Date(Date.now() + 30 * dayMs);
  return {
    subject: [{ CN: [hosts[0] ?? 'nobody'] }],
    signingAlgorithm,
    notBefore:
      options.notBefore ?? new Date(Math.min(Date.now() - dayMs, notAfter.getTime() - dayMs)),
    notAfter,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([options.client ? clientAuth : serverAuth]),
      new SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value })),
      ),
    ],
  };
}

async function issued(
  leaf: X509Certificate,
  { privateKey }: webcrypto.CryptoKeyPair,
): Promise<IssuedCertificate> {
  const cert = pem(leaf);
  const { fingerprint256 } = new NodeCertificate(cert);
  return { cert, key: await privatePem(privateKey), fingerprint256 };
}

/**
 * Makes a certificate that no authority stands behind: its own P-256 key signed it, as appliances have them out of the box.
 *
 * @example
 * const proxy = await startProxy({ tls: await createSelfSignedCertificate() });
 * // … a call through proxy.url fails with DEPTH_ZERO_SELF_SIGNED_CERT, unless its `cert` is trusted …
 */
export async function createSelfSignedCertificate(
  options: IssueOptions = {},
): Promise<IssuedCertificate> {
  const keys = await newKeys();
  const { subject: name, ...leaf } = leafOf(options);
  return issued(
    await X509CertificateGenerator.createSelfSigned({ ...leaf, name, keys }, webcrypto),
    keys,
  );
}

/**
 * Makes a root certificate for this run, with EC P-256 keys that never touch the disk.
 *
 * @param name the root's common name, so that two roots in one test can be told apart
 * @example
 * const ca = await createCertificateAuthority();
 * const origin = await startOrigin({ tls: await ca.issue() });
 * https.get(origin.url, { ca: ca.cert });
 */
export async function createCertificateAuthority(
  name = 'Loopback test root',
): Promise<CertificateAuthority> {
  const rootKeys = await newKeys();
  const root = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name}`,
      keys: rootKeys,
      notBefore: new Date(Date.now() - 3650 * dayMs),
      notAfter: new Date(Date.now() + 3650 * dayMs),
      signingAlgorithm,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
    webcrypto,
  );

  async function issue(options: IssueOptions = {}): Promise<IssuedCertificate> {
    const keys = await newKeys();
    const leaf = await X509CertificateGenerator.create(
      {
        ...leafOf(options),
        issuer: root.subject,
        publicKey: keys.publicKey,
        signingKey: rootKeys.privateKey,
      },
      webcrypto,
    );
    return issued(leaf, keys);
  }

  return { cert: pem(root), issue };
}
