/** One request and its answer on one leased socket, under Node's `http`. */
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Readable } from 'node:stream';
import { onAbort } from '../abort.js';
import { ConfigurationError, TimeoutError } from '../errors.js';
import type { TimeoutPhase } from '../errors.js';
import { exchangeFailed, forwardRefused } from '../wire/failure.js';
import type { LeasedOptions, PooledAgent } from './agents.js';
import type { Head } from './head.js';
import type { Lease } from './lease.js';
import { ResponseHeaders } from './response-headers.js';
import type { TransportRequest, TransportResponse } from './transport.js';
import { upload, type Upload } from './upload.js';

/**
 * Sends `request` on `lease` and answers at the headers. From then on the timers, the signal and the socket's failures
 * destroy the body with a typed error (or the signal's own reason); read to its end, it gives the socket back.
 */
export function exchange(
  agent: PooledAgent,
  lease: Lease,
  request: TransportRequest,
  head: Head,
  startedAt: number,
): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    const { timeouts, signal, body, origin, route } = request;
    const { headersMs, idleMs } = timeouts;
    const socketMs = performance.now() - startedAt;
    let response: IncomingMessage | undefined;
    let running: Upload | undefined;
    let over = false;

    const options: RequestOptions & LeasedOptions = {
      agent,
      lease,
      protocol: origin.protocol,
      method: request.method,
      path: head.target,
      headers: head.headers,
      setHost: false,
    };
    let client: ClientRequest;
    try {
      client = httpRequest(options);
    } catch (cause) {
      agent.pool.release(lease);
      reject(unsendable(cause));
      return;
    }

    /** Ends the exchange with `reason`: before the headers the promise rejects, after them the body fails. */
    const fail = (reason: unknown): void => {
      if (over) return;
      running?.stop();
      if (response === undefined) {
        finish();
        client.destroy();

        reject(reason);
      } else {
        response.destroy(reason as Error);
      }
    };
    const failed = (cause: unknown): Error =>
      exchangeFailed(origin, route, cause, {
        requestSent: response === undefined ? 'maybe' : 'yes',
        reusedSocket: lease.reused,
      });

    let timer: NodeJS.Timeout;
    const timeOut = (phase: TimeoutPhase, timeoutMs: number): void => {
      const requestSent = response === undefined ? 'maybe' : 'yes';
      fail(timedOut(phase, timeoutMs, origin.href, requestSent));
    };
    const onHeadersTimer = (): void => timeOut('headers', headersMs);
    const onIdleTimer = (): void => {
      if (response?.complete) return;
      // A silence of ours is not the peer's: the reader has bytes to take, or the source has none to give.
      const ours =
        response === undefined ? running?.stalled === false : response.readableLength > 0;
      if (ours) timer = setTimeout(onIdleTimer, idleMs);
      else timeOut('idle', idleMs);
    };
    const total = timeouts.totalMs;
    const totalTimer =
      total === undefined ? undefined : setTimeout(() => timeOut('total', total), total);
    const stopListening = signal && onAbort(signal, () => fail(signal.reason));

    /** The socket is done with, one way or the other. */
    const finish = (): void => {
      over = true;
      clearTimeout(timer);
      clearTimeout(totalTimer);
      stopListening?.();
      lease.unwatch();
    };

    client.on('error', (cause) => fail(failed(cause)));
    client.once('close', () => {
      // A body that is complete may still wait for its reader: the signal and the total hold until it is read.
      if (response === undefined) finish();
      else clearTimeout(timer);
    });
    client.once('response', (message: IncomingMessage) => {
      const status = message.statusCode as number;
      const headers = new ResponseHeaders(message.rawHeaders);
      if (status === 407 && route.way === 'forward') {
        fail(forwardRefused(route.proxy, status, message.rawHeaders));
        return;
      }
      response = message;
      message.once('close', finish);
      clearTimeout(timer);
      timer = setTimeout(onIdleTimer, idleMs);
      lease.watch(() => void timer.refresh());
      lease.keepAliveHintMs = keepAliveHint(headers);
      if (running?.unfinished && status >= 300) {
        // The verdict is in: what is left of the body would be thrown away. The connection cannot be used again.
        running.stop();
        message.once('close', () => client.destroy());
        message.once('end', () => client.destroy());
      }
      resolve({
        status,
        headers,
        body: request.method === 'HEAD' ? withoutBody(message) : guarded(message, failed),
        reusedSocket: lease.reused,
        route,
        timings: { socketMs, headersMs: performance.now() - startedAt },
      });
    });

    if (body instanceof Readable) {
      timer = setTimeout(onIdleTimer, idleMs);
      running = upload(body, client, head.declaredBytes, {
        progress: () => void timer.refresh(),
        failure: fail,
      });
      client.once('finish', () => {
        if (response !== undefined || over) return;
        clearTimeout(timer);
        timer = setTimeout(onHeadersTimer, headersMs);
      });
    } else {
      timer = setTimeout(onHeadersTimer, headersMs);
      client.end(body);
    }
  });
}

/**
 * A HEAD is over at its headers. Some servers send a body or a stray chunk terminator behind them, on which the
 * parser fails: that failure is nobody's any more.
 */
function withoutBody(message: IncomingMessage): Readable {
  message.on('error', ignore);
  message.resume();
  return Readable.from([]);
}

/**
 * Node destroys the body of an answer that broke off with an error of its own; it becomes ours at the one place that each
 * passes. A reader's own error, the signal's reason and our timers' errors pass as they are.
 */
function guarded(message: IncomingMessage, failed: (cause: unknown) => Error): Readable {
  // `_destroy` is Readable's own contract for those who implement one.
  const destroy = message._destroy;
  message._destroy = (error, callback) => {
    destroy.call(message, brokeOff(error) ? failed(error) : error, callback);
  };
  return message;
}

function brokeOff(error: Error | null): boolean {
  return error?.message === 'aborted' && (error as { code?: unknown }).code === 'ECONNRESET';
}

/** `Keep-Alive: timeout=5`, in milliseconds. */
function keepAliveHint(headers: ResponseHeaders): number | undefined {
  const seconds = /(?:^|[,\s])timeout=(\d+)/i.exec(headers.get('keep-alive') ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}

function timedOut(
  phase: TimeoutPhase,
  timeoutMs: number,
  origin: string,
  requestSent: 'maybe' | 'yes',
): TimeoutError {
  const what =
    phase === 'headers'
      ? `${origin} did not answer within ${timeoutMs} ms of the request`
      : phase === 'idle'
        ? `${origin} was silent for ${timeoutMs} ms while a body travelled`
        : `The call to ${origin} took longer than its total of ${timeoutMs} ms`;
  return new TimeoutError(what, {
    phase,
    timeoutMs,
    requestSent,
    retryable: phase !== 'total',
    hint: `timeouts.${phase}Ms bounds this wait.`,
  });
}

/** Node refuses a header or method before anything is written. */
function unsendable(cause: unknown): ConfigurationError {
  return new ConfigurationError(
    'The request cannot be sent: its method or one of its headers is malformed',
    {
      field: 'headers',
      hint: 'A header value holds no line break and no control character, a name only token characters.',
      cause,
    },
  );
}

function ignore(): void {}
