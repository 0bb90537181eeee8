import { readFileSync } from 'node:fs';

/** Paths of PEM files of one certificate made for the run, which names 127.0.0.1, ::1, localhost, origin.lab.test and squid.lab.test. */
export interface LabIdentity {
  /** The authority that signed it: what a client has to trust. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Where the lab's servers answer, as `tools/lab/run.mjs` wrote it down. Logs and certificates are paths of files. */
export interface LabEndpoints {
  /** Authorities that do not know each other: of the proxies' TLS, of the origins', of clients, and of strangers. */
  readonly certificates: {
    readonly proxy: LabIdentity;
    readonly origin: LabIdentity;
    /** What a client shows to a proxy that asks for a certificate, and one that no proxy accepts. */
    readonly client: LabIdentity;
    readonly stranger: LabIdentity;
  };
  /** One squid with five ports; those named `basic` answer 407 without `username` and `password`. */
  readonly squid: {
    readonly open: string;
    readonly basic: string;
    /** `https:` proxies, signed by `certificates.proxy`. */
    readonly tls: string;
    readonly tlsBasic: string;
    /** The same, open to whoever shows `certificates.client`. */
    readonly tlsClient: string;
    readonly username: string;
    /** Contains characters that have to be percent-encoded in a URL. */
    readonly password: string;
    /** A name for 127.0.0.1 that only squid knows: whoever reaches it, reached it through squid. */
    readonly originName: string;
    /** A name to which squid answers 403. */
    readonly forbiddenName: string;
    /** See `readSquidLog` in `access-log.ts`. */
    readonly accessLog: string;
  };
  /** A squid that offers Digest alone (MD5, `qop=auth`), and calls a nonce stale after `nonceUses` uses. */
  readonly squidDigest: {
    readonly url: string;
    readonly username: string;
    readonly password: string;
    readonly realm: string;
    readonly nonceUses: number;
    readonly accessLog: string;
  };
  /** A squid that offers Negotiate alone; a run's environment points libkrb5 to its realm, where `principal` has a ticket. */
  readonly squidNegotiate: {
    /** By the name that the ticket is for: `HTTP/localhost`. */
    readonly url: string;
    readonly principal: string;
    readonly krb5Config: string;
    readonly ccache: string;
    /** The npm module `kerberos` as the lab built it; `import('kerberos')` finds it too. */
    readonly modulePath: string;
    readonly accessLog: string;
  };
  /** Two instances. A wrong password is answered with 401, a missing one with 407. */
  readonly tinyproxy: {
    readonly open: string;
    readonly openLog: string;
    readonly basic: string;
    readonly basicLog: string;
    readonly username: string;
    readonly password: string;
  };
  /** apache2 with one port for each way to ask; those under TLS are signed by `certificates.proxy`. */
  readonly apache: {
    readonly basic: string;
    /** Digest with MD5 and `qop=auth`. */
    readonly digest: string;
    readonly tls: string;
    readonly tlsBasic: string;
    readonly tlsDigest: string;
    readonly username: string;
    readonly password: string;
    readonly realm: string;
    /** See `readApacheLog` in `access-log.ts`. */
    readonly accessLog: string;
  };
  /** Five faces of TLS in front of one tinyproxy, whose log is `behindLog`. */
  readonly haproxy: {
    readonly tls: string;
    /** Wants `certificates.client`. */
    readonly tlsClient: string;
    readonly expired: string;
    readonly wrongHost: string;
    readonly selfSigned: string;
    readonly behindLog: string;
    readonly log: string;
  };
  /** SOCKS 4 and 5 at `open`, SOCKS5 with credentials at `user`, each `host:port`; it knows the name `squid.originName` too. */
  readonly dante: LabSocks;
  /** SOCKS5; see `readMicrosocksLog` in `socks-log.ts`. */
  readonly microsocks: LabSocks;
  /** `ssh -D`: SOCKS 4, 4a and 5; see `readSshLog` in `socks-log.ts`. */
  readonly ssh: { readonly socks: string; readonly log: string };
  /** A proxy that intercepts TLS, with its own authority at the path `ca`; see `readMitmproxyLog` in `access-log.ts`. */
  readonly mitmproxy: { readonly url: string; readonly ca: string; readonly seenLog: string };
  /** The HTTP API at `url`, and a nameserver that answers UDP and TCP at `dnsHost`, `dnsPort`. */
  readonly powerdns: {
    readonly url: string;
    readonly apiKey: string;
    readonly serverId: string;
    readonly dnsHost: string;
    readonly dnsPort: number;
    readonly log: string;
  };
  /** Swift with TempAuth and s3api: the same data by both protocols, plain and under TLS (signed by `certificates.origin`). */
  readonly swift: {
    readonly s3: string;
    readonly s3Tls: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly region: string;
    readonly authUrl: string;
    readonly authUrlTls: string;
    readonly username: string;
    readonly key: string;
    readonly log: string;
    readonly logTls: string;
  };
}

/** A SOCKS server without credentials at `open` and with them at `user`, each `host:port`. */
export interface LabSocks {
  readonly open: string;
  readonly openLog: string;
  readonly user: string;
  readonly userLog: string;
  readonly username: string;
  readonly password: string;
}

const SERVERS: readonly (keyof LabEndpoints)[] = [
  'certificates',
  'squid',
  'squidDigest',
  'squidNegotiate',
  'tinyproxy',
  'apache',
  'haproxy',
  'dante',
  'microsocks',
  'ssh',
  'mitmproxy',
  'powerdns',
  'swift',
];

/**
 * Reads the file that `SDK_LAB_FILE` names.
 *
 * @throws {Error} where the lab does not run, or one of its servers is missing: a test that needs it then fails
 */
export function readEndpoints(): LabEndpoints {
  const file = process.env['SDK_LAB_FILE'];
  if (file === undefined || file === '') {
    throw new Error('SDK_LAB_FILE is not set: run these tests with `npm run lab`');
  }
  const endpoints = JSON.parse(readFileSync(file, 'utf8')) as LabEndpoints;
  for (const server of SERVERS) {
    if (!(server in endpoints)) throw new Error(`SDK_LAB_FILE names a file without ${server}`);
  }
  return endpoints;
}
