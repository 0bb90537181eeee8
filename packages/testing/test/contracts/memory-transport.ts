/** A transport without a network, as somebody may write one for the tests of a driver. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ConfigurationError, onAbort, ResponseHeaders } from '@sdk/common';
import type { Transport, TransportRequest, TransportResponse } from '@sdk/common';
import type { AnswerFunction } from '@sdk/testing';

export class MemoryTransport implements Transport {
  readonly name = 'memory';
  readonly #answer: AnswerFunction;
  #closed = false;

  constructor(answer: AnswerFunction) {
    this.#answer = answer;
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const { method, path, headers, route, signal } = request;
    check(request, this.#closed);
    signal?.throwIfAborted();
    const startedAt = performance.now();
    const body = await bytesOf(request.body);
    const played = await orAbort(this.#answer({ method, path, headers, body }), signal);
    const answer = method === 'HEAD' ? Readable.from([]) : streamOf(played.body);
    if (signal !== undefined) {
      const stopListening = onAbort(signal, () => answer.destroy(signal.reason as Error));
      answer.once('close', stopListening);
    }
    return {
      status: played.status,
      headers: new ResponseHeaders(played.headers),
      body: answer,
      reusedSocket: false,
      route,
      timings: { socketMs: 0, headersMs: performance.now() - startedAt },
    };
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }
}

function check({ method, path, headers, route }: TransportRequest, closed: boolean): void {
  if (closed) throw new ConfigurationError('The transport is closed');
  if (route.way !== 'direct') throw new ConfigurationError('There is no proxy in memory');
  if (!/^\/[\x21-\x7e]*$/.test(path)) {
    throw new ConfigurationError('The path cannot be written', { field: 'path' });
  }
  try {
    validateHeaderName(method);
    for (let i = 0; i < headers.length; i += 2) {
      validateHeaderName(headers[i]!);
      validateHeaderValue(headers[i]!, headers[i + 1]!);
    }
  } catch (cause) {
    throw new ConfigurationError('A header cannot be written', { field: 'headers', cause });
  }
}

async function bytesOf(body: TransportRequest['body']): Promise<Uint8Array> {
  return body instanceof Readable ? buffer(body) : Buffer.from(body ?? '');
}

function streamOf(body: string | Uint8Array | Readable): Readable {
  return body instanceof Readable ? body : Readable.from([Buffer.from(body)]);
}

function orAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(stopListening);
  });
}
