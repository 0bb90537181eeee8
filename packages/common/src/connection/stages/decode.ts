/** Turns the answer into what the caller asked for, or into a typed error. */
import type { Readable } from 'node:stream';
import { isSdkError } from '../../errors.js';
import type { DecisionFacts } from '../../facts.js';
import type { Route } from '../../route/route.js';
import { BodyTooLong, brokenBefore, collect, drain } from '../content/collect.js';
import { CountedBody } from '../content/counted.js';
import type { Next, RequestContext } from '../context.js';
import { decompress, UnreadableCoding } from '../content/decompress.js';
import { failureOf, letGo, malformed } from '../answers/failure.js';
import { answerOfProxy } from '../answers/proxy-answer.js';
import { rateLimitOf } from '../answers/rate-limit.js';
import { Redirection, redirectionOf } from '../answers/redirection.js';
import { requestIdOf } from '../answers/request-id.js';
import type { SdkResponse } from '../request-spec.js';
import { decodeXml } from '../content/xml-decode.js';

/** A body that nobody needs is read up to this length, so that the socket can be used again. */
const DRAIN_LIMIT_BYTES = 256 * 1024;
const REDIRECT_LIMIT_BYTES = 64 * 1024;

/** Reads the body if it is to be read into memory, and decides whether the answer is a success or a failure. */
export async function decode(context: RequestContext, next: Next): Promise<SdkResponse> {
  const answer = await next(context);
  const { status, headers } = answer;
  if (
    !context.hooks.isSuccess(status, context) &&
    context.spec.success?.includes(status) !== true
  ) {
    const redirect = redirectionOf(context, answer);
    if (!(redirect instanceof Redirection)) throw await failureOf(context, answer, redirect);
    if (ofProxy(context, answer)) throw await failureOf(context, answer);
    await leave(context, answer);
    return { ...answer, body: redirect, requestId: requestIdOf(headers) };
  }
  const body = context.hooks.parseBody(await bodyOf(context, answer), context);
  return {
    status,
    headers,
    body,
    requestId: requestIdOf(headers),
    rateLimit: rateLimitOf(headers),
    decision: answer.decision,
    attempts: answer.attempts,
  };
}

/** A proxy may redirect to a page of its own, and say by a header that it failed. */
function ofProxy(context: RequestContext, { status, headers }: SdkResponse): boolean {
  const { route, decision } = context;
  return answerOfProxy(route as Route, status, headers, decision as DecisionFacts) !== undefined;
}

/** The body of a redirect is for people. It is read only if it is short, so that the next hop can use the socket. */
async function leave(context: RequestContext, { body, headers }: SdkResponse): Promise<void> {
  const stream = body as Readable;
  if (context.method === 'HEAD') {
    letGo(stream);
    return;
  }
  stream.on('error', () => undefined);
  if (Number(headers.get('content-length') ?? 0) > REDIRECT_LIMIT_BYTES) {
    stream.destroy();
    return;
  }
  try {
    await drain(stream, REDIRECT_LIMIT_BYTES);
  } catch {
    if (context.signal?.aborted) throw context.signal.reason;
  }
}

async function bodyOf(context: RequestContext, answer: SdkResponse): Promise<unknown> {
  const stream = answer.body as Readable;
  const { expect, method } = context;
  if (expect === 'stream') return handedOver(context, answer, stream);
  if (method === 'HEAD') {
    letGo(stream);
    return undefined;
  }
  if (expect === 'none') {
    await drain(stream, DRAIN_LIMIT_BYTES);
    return undefined;
  }
  const bytes = await readWhole(context, answer, stream);
  if (expect === 'bytes') return bytes;
  if (expect === 'text') return bytes.toString('utf8');
  if (bytes.length === 0) return undefined;
  return expect === 'json' ? json(context, answer, bytes) : xml(context, answer, bytes);
}

async function readWhole(
  context: RequestContext,
  answer: SdkResponse,
  stream: Readable,
): Promise<Buffer> {
  const { limitBytes, onProgress } = context;
  try {
    const length = answer.headers.get('content-length');
    if (length !== undefined && Number(length) > limitBytes) {
      stream.on('error', () => undefined);
      stream.destroy();
      throw new BodyTooLong();
    }
    const bytes = await collect(
      stream,
      limitBytes,
      onProgress &&
        ((bytes) => onProgress({ direction: 'down', bytes, totalBytes: sizeOf(length) })),
    );
    const coding = answer.headers.get('content-encoding');
    if (coding === undefined || context.expect === 'bytes') return bytes;
    return await decompress(bytes, coding, limitBytes);
  } catch (error) {
    if (error instanceof BodyTooLong) {
      throw malformed(
        context,
        answer,
        `its body is longer than ${limitBytes} bytes`,
        "Ask for expect: 'stream' to read it piece by piece, or raise limitBytes.",
      );
    }
    if (error instanceof UnreadableCoding) throw malformed(context, answer, error.message);
    throw error;
  }
}

function json(context: RequestContext, answer: SdkResponse, bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown;
  } catch {
    // Node's own message quotes the text, so it is not passed on.
    if (text.trim() === '') return undefined;
    throw malformed(context, answer, `its body of ${bytes.length} bytes is not JSON`);
  }
}

async function xml(context: RequestContext, answer: SdkResponse, bytes: Buffer): Promise<unknown> {
  try {
    return await decodeXml(bytes.toString('utf8'), context.spec.xml);
  } catch (error) {
    throw malformed(
      context,
      answer,
      `its body of ${bytes.length} bytes is not the XML it should be: ${(error as Error).message}`,
    );
  }
}

/** The stream itself. If it fails, its error gets the decision. */
function handedOver(context: RequestContext, answer: SdkResponse, stream: Readable): Readable {
  // A stream that has failed already would tell nobody. As the failure of an attempt it may be repeated.
  const broken = brokenBefore(stream);
  if (broken !== undefined) throw broken;
  stream.on('error', (error) => {
    if (isSdkError(error)) error.decision ??= answer.decision;
  });
  const { onProgress } = context;
  if (onProgress === undefined) return stream;
  const totalBytes = sizeOf(answer.headers.get('content-length'));
  return new CountedBody(stream, (bytes) => onProgress({ direction: 'down', bytes, totalBytes }));
}

function sizeOf(length: string | undefined): number | undefined {
  return length === undefined || !/^\d+$/.test(length) ? undefined : Number(length);
}
