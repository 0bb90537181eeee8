/** TLS settings of one hop, and how two of them are compared. */
import { createHash } from 'node:crypto';

/** TLS settings of one hop. Those of the origin and those of an `https:` proxy never mix. */
export interface TlsOptions {
  /** Certificate authorities in PEM, trusted beside the default roots. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Certificate authorities in PEM, trusted instead of the default roots. */
  readonly onlyCa?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** The client's certificate in PEM. */
  readonly cert?: string | Uint8Array | undefined;
  /** The key of `cert` in PEM. */
  readonly key?: string | Uint8Array | undefined;
  /** The client's certificate and key in PKCS#12, instead of `cert` and `key`. */
  readonly pfx?: Uint8Array | undefined;
  /** Opens `key` or `pfx`. */
  readonly passphrase?: string | undefined;
  /** The name to send and to verify, if it is not the host's. */
  readonly servername?: string | undefined;
  /** @default Node's own, `TLSv1.2` */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** `false` accepts any certificate: for a test bench only. @default true */
  readonly rejectUnauthorized?: boolean | undefined;
}

const CLIENT = ['cert', 'key', 'pfx', 'passphrase', 'servername'] as const;
const strangers = new WeakMap<TlsOptions, TlsOptions>();
const identities = new WeakMap<TlsOptions, string>();

/**
 * The same settings for another origin than they were given for: the trusted authorities, but neither the client's certificate
 * nor `servername`. Made once for each object.
 */
export function withoutClient(tls: TlsOptions | undefined): TlsOptions | undefined {
  if (tls === undefined) return undefined;
  let stranger = strangers.get(tls);
  if (stranger === undefined) {
    // Without a prototype, like the checked settings themselves.
    const copy = Object.assign(Object.create(null), tls) as Record<string, unknown>;
    for (const name of CLIENT) delete copy[name];
    stranger = Object.freeze(copy);
    strangers.set(tls, stranger);
  }
  return stranger;
}

/**
 * Identifies TLS settings in the key of a pool: a digest of their content, so that equal settings share sockets and no private
 * key becomes part of a name. `''` for none. Computed once for each object, which must not change afterwards.
 */
export function tlsIdentity(tls: TlsOptions | undefined): string {
  if (tls === undefined) return '';
  let identity = identities.get(tls);
  if (identity === undefined) {
    const hash = createHash('sha256');
    for (const name of Object.keys(tls).sort() as (keyof TlsOptions)[]) {
      const value = tls[name];
      if (value === undefined) continue;
      for (const part of Array.isArray(value) ? (value as unknown[]) : [value]) {
        const bytes = part instanceof Uint8Array ? part : String(part);
        hash.update(`${name}:${bytes.length}:`).update(bytes);
      }
    }
    identity = hash.digest('base64url').slice(0, 22);
    identities.set(tls, identity);
  }
  return identity;
}
