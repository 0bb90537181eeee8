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
  /** Two authorities that do not know each other: one for the proxies' TLS, one for the origins'. */
  readonly certificates: { readonly proxy: LabIdentity; readonly origin: LabIdentity };
  /** One squid with four ports; those named `basic` answer 407 without `username` and `password`. */
  readonly squid: {
    readonly open: string;
    readonly basic: string;
    /** `https:` proxies, signed by `certificates.proxy`. */
    readonly tls: string;
    readonly tlsBasic: string;
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
  /** Two instances. A wrong password is answered with 401, a missing one with 407. */
  readonly tinyproxy: {
    readonly open: string;
    readonly openLog: string;
    readonly basic: string;
    readonly basicLog: string;
    readonly username: string;
    readonly password: string;
  };
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

const SERVERS = ['certificates', 'squid', 'tinyproxy', 'powerdns', 'swift'] as const;

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
