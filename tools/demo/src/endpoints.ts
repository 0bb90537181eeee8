import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import S3rver from 's3rver';
import { startOrigin } from '@sdk/testing';
import type { CertificateAuthority, Origin } from '@sdk/testing';

/** One S3 server with two doors, an `https:` and an `http:` one, on a scratch folder. */
export interface Endpoints {
  readonly https: Origin;
  readonly http: Origin;
  /** The only key pair the server knows. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Where the server keeps its objects, until it is closed. */
  readonly directory: string;
  close(): Promise<void>;
}

/** Starts s3rver behind two origins that keep their own books; closing removes the folder. */
export async function startEndpoints(ca: CertificateAuthority): Promise<Endpoints> {
  const directory = await mkdtemp(path.join(tmpdir(), 'sdk-demo-s3-'));
  const server = new S3rver({ directory, silent: true, vhostBuckets: false });
  const handler = server.callback();
  const https = await startOrigin({ tls: await ca.issue(), handler });
  const http = await startOrigin({ handler });
  return {
    https,
    http,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    directory,
    async close() {
      await Promise.all([https.close(), http.close()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
