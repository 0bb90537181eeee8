import { S3Storage } from '@sdk/storage/drivers/s3';
import type { S3StorageOptions } from '@sdk/storage/drivers/s3';
import { createCertificateAuthority, patternBytes } from '@sdk/testing';
import { fail, startS3Origin } from './s3-origin.js';
import type { S3Call, S3Origin } from './s3-origin.js';
import { KEY } from './verify-sigv4.js';

export const MIB = 1024 * 1024;

/** An origin with one bucket, and drivers of it. */
export interface Stand {
  readonly origin: S3Origin;
  readonly s3: S3Storage;
  /** Another driver, which has no open socket yet. */
  make(more?: Partial<S3StorageOptions>): S3Storage;
  /** What is under a name, in a form that a test may change. */
  objects(): Map<string, unknown>;
  /** `METHOD` and the names in the query of each call since the last time, such as `POST uploads`. */
  calls(): string[];
  close(): Promise<void>;
}

export async function startStand(secure = false): Promise<Stand> {
  const authority = secure ? await createCertificateAuthority() : undefined;
  const origin = await startS3Origin({ tls: await authority?.issue() });
  const made: S3Storage[] = [];
  const make = (more: Partial<S3StorageOptions> = {}): S3Storage => {
    const driver = new S3Storage({
      ...KEY,
      region: 'us-east-1',
      endpoint: origin.url,
      env: {},
      tls: authority && { ca: authority.cert },
      retry: { baseDelayMs: 1 },
      ...more,
    });
    made.push(driver);
    return driver;
  };
  const s3 = make();
  await s3.createContainer('bucket');
  let seen = origin.calls.length;
  return {
    origin,
    s3,
    make,
    objects: () => origin.objects('bucket') as Map<string, unknown>,
    calls: () => {
      const since = origin.calls.slice(seen);
      seen = origin.calls.length;
      return since.map(({ method, query }) => `${method} ${[...query.keys()].join(' ')}`.trim());
    },
    close: async () => {
      for (const driver of made) await driver.close();
      await origin.close();
    },
  };
}

/** A stream of so many bytes. */
export async function* stream(total: number): AsyncGenerator<Uint8Array> {
  const chunk = patternBytes(MIB);
  for (let at = 0; at < total; at += MIB) {
    yield chunk.subarray(0, Math.min(MIB, total - at));
    await Promise.resolve();
  }
}

export const isBeginning = ({ query }: S3Call): boolean => query.has('uploads');
export const isPart = ({ query }: S3Call): boolean => query.has('partNumber');
export const isCompletion = ({ method, query }: S3Call): boolean =>
  method === 'POST' && query.has('uploadId');

export function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  return promise.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => error as Record<string, unknown>,
  );
}

/** Lets the origin do what it is asked, and answers something else, or nothing: `tell` gets the call that was done. */
export function insteadOfAnswer(call: S3Call, tell: (call: S3Call) => unknown): false {
  const { response } = call;
  const { writeHead, end } = response;
  Object.assign(response, {
    writeHead: () => response,
    end: () => {
      Object.assign(response, { writeHead, end });
      response.removeHeader('etag');
      tell(call);
      return response;
    },
  });
  return false;
}

/** The answer is lost. */
export const lose = ({ response }: S3Call): unknown => response.socket?.destroy();

/** A failure with the status 200. */
export const failLate = (call: S3Call): void => fail(call, 200, 'InternalError');
