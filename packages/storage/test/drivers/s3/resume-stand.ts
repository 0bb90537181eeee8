/** An S3 behind a proxy whose connections break when a test says so. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { AxiosTransport } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { patternBytes, startProxy } from '@sdk/testing';
import type { Proxy } from '@sdk/testing';
import { startS3Origin } from './s3-origin.js';
import type { S3Origin } from './s3-origin.js';
import { KEY } from './verify-sigv4.js';

export const ENGINES = [
  ['AxiosTransport', AxiosTransport],
  ['UndiciTransport', UndiciTransport],
] as const;

export type Engine = (typeof ENGINES)[number][1];

/** What `large` holds, and the ETag that the origin gives it. */
export const BYTES = patternBytes(1024 * 1024 + 3);
export const ETAG = `"${createHash('md5').update(BYTES).digest('hex')}"`;

/** How a connection breaks: its end in good order, a reset, or a silence that the client's own timer ends. */
export type Break = 'fin' | 'rst' | 'silence';

/** One GET as it arrived at the origin. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What it asks for, half-open; all bytes where it names no range. */
  readonly start: number;
  readonly end: number;
}

/** Answers one GET; `false` leaves it to the origin. */
export type Answer = (asked: Asked) => unknown;

export interface ResumeStand {
  readonly origin: S3Origin;
  readonly proxy: Proxy;
  readonly s3: S3Storage;
  /** The `Range` of each GET since `answering` was called. */
  readonly ranges: readonly (string | undefined)[];
  /** The first GET is answered by the first of these, and so on; the origin answers the rest. */
  answering(...answers: readonly Answer[]): void;
  close(): Promise<void>;
}

/** @param url what the driver takes for the proxy's; default: the proxy itself */
export async function openStand(
  Transport: Engine,
  url: (proxy: Proxy) => string | Promise<string> = (proxy) => proxy.url,
): Promise<ResumeStand> {
  const origin = await startS3Origin();
  const proxy = await startProxy();
  const transport = new Transport();
  const s3 = new S3Storage({
    ...KEY,
    region: 'us-east-1',
    endpoint: origin.url,
    httpProxy: { url: await url(proxy), tunnel: 'always' },
    env: {},
    // A busy machine may take longer than a test's idleMs for a piece, and break off once more than it was told to.
    retry: { attempts: 6, baseDelayMs: 1 },
    transport,
  });
  await s3.createContainer('bucket');
  await s3.putObject('bucket', 'large', BYTES);
  const ranges: (string | undefined)[] = [];
  return {
    origin,
    proxy,
    s3,
    ranges,
    answering(...answers) {
      ranges.length = 0;
      origin.intercept = ({ method, request, response }) => {
        if (method !== 'GET') return false;
        const { range } = request.headers;
        const [, start = '0', last = String(BYTES.length - 1)] =
          /^bytes=(\d+)-(\d+)?/.exec(range ?? '') ?? [];
        const answer = answers[ranges.push(range) - 1];
        return (
          answer?.({ request, response, start: Number(start), end: Number(last) + 1 }) ?? false
        );
      };
    },
    async close() {
      await s3.close();
      await transport.close();
      await proxy.close();
      await origin.close();
    },
  };
}

/** Says the headers of a good answer to `asked`, without ending them. */
export function head({ request, response, start, end }: Asked): ServerResponse {
  response.setHeader('etag', ETAG).setHeader('content-length', end - start);
  if (request.headers.range === undefined) return response;
  response.statusCode = 206;
  return response.setHeader('content-range', `bytes ${start}-${end - 1}/${BYTES.length}`);
}

/** A good answer that breaks off after so many bytes of its body. */
export function broken(bytes: number, how: Break = 'fin'): Answer {
  return (asked) => {
    const { start } = asked;
    head(asked).write(BYTES.subarray(start, start + bytes), () => {
      // What was written shall be read before the connection goes.
      setTimeout(() => cut(asked, how), 5);
    });
    return true;
  };
}

/** Breaks the connection that a GET came on. */
export function cut({ response }: Asked, how: Break = 'fin'): void {
  if (how === 'fin') response.socket?.end();
  if (how === 'rst') response.socket?.resetAndDestroy();
}

/** All that a body hands over until it ends or fails, and what it fails with. */
export async function readAll(
  body: Readable,
): Promise<{ readonly bytes: Buffer; readonly error: Record<string, unknown> | undefined }> {
  const pieces: Buffer[] = [];
  body.on('data', (piece: Buffer) => pieces.push(piece));
  const error = await finished(body).then(
    () => undefined,
    (reason: unknown) => reason as Record<string, unknown>,
  );
  return { bytes: Buffer.concat(pieces), error };
}

export function sha(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
