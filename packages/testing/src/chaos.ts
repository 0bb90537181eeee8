import { Readable } from 'node:stream';
import {
  ConnectionError,
  onAbort,
  ResponseHeaders,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '@sdk/common';
import { chance } from './chance.js';
import { CutBody } from './cut-body.js';

/**
 * What can happen to a request.
 *
 * | fault | what the caller gets | what the origin got |
 * | --- | --- | --- |
 * | `refuse` | a `ConnectionError` with `requestSent: 'no'` | nothing |
 * | `lose` | a `ConnectionError` with `requestSent: 'maybe'` | the whole request: its answer is thrown away |
 * | `delay` | the answer, later | the request, later |
 * | `cut` | the answer, whose body breaks off with `requestSent: 'yes'` | the whole request |
 * | `rateLimit` | a 429 with `Retry-After` | nothing |
 * | `unavailable` | a 503 | nothing |
 */
export type ChaosFault = 'refuse' | 'lose' | 'delay' | 'cut' | 'rateLimit' | 'unavailable';

/** How much chaos there is. */
export interface ChaosOptions {
  /** How likely each fault is, from 0 to 1, together at most 1: `{ lose: 0.1, cut: 0.05 }`. Default: none. */
  readonly rates?: Partial<Record<ChaosFault, number>> | undefined;
  /** Chooses the fault of each request instead of `rates`; `undefined` lets it pass. `number` counts from 1. */
  readonly choose?:
    ((request: TransportRequest, number: number) => ChaosFault | undefined) | undefined;
  /** The beginning of the random numbers: the same seed and the same requests meet the same faults. @default 1 */
  readonly seed?: number | undefined;
  /** How long `delay` waits, in milliseconds. @default 50 */
  readonly delayMs?: number | undefined;
  /** What `rateLimit` asks to wait, in whole seconds. @default 0 */
  readonly retryAfterSeconds?: number | undefined;
}

/** A transport with faults. */
export interface ChaosTransport extends Transport {
  /** How often each fault happened, and how many requests passed unharmed. A snapshot. */
  readonly tally: Readonly<Record<ChaosFault | 'passed', number>>;
}

const FAULTS: readonly ChaosFault[] = [
  'refuse',
  'lose',
  'delay',
  'cut',
  'rateLimit',
  'unavailable',
];

/**
 * Wraps a transport so that requests fail now and then, as they do in a bad network, to try how a driver or a program bears
 * that. What it does to a request is repeatable: by `choose`, or by a seed. Closing it closes the transport within.
 *
 * @throws RangeError where the rates are not from 0 to 1, or more than 1 together.
 * @example
 * const transport = chaos(new AxiosTransport(), { rates: { refuse: 0.1, lose: 0.1, cut: 0.1 }, seed: 7 });
 * const dns = new PowerDns({ endpoint, apiKey, transport });
 * // … what is repeated succeeds, and what must not be repeated fails …
 * console.log(transport.tally); // { refuse: 3, lose: 1, … }
 */
export function chaos(transport: Transport, options: ChaosOptions = {}): ChaosTransport {
  return new Chaos(transport, options);
}

class Chaos implements ChaosTransport {
  readonly name: string;
  readonly #within: Transport;
  readonly #options: ChaosOptions;
  readonly #random: () => number;
  readonly #tally: Record<ChaosFault | 'passed', number>;
  #requests = 0;

  constructor(within: Transport, options: ChaosOptions) {
    checkRates(options.rates ?? {});
    this.name = `chaos over ${within.name}`;
    this.#within = within;
    this.#options = options;
    this.#random = chance(options.seed ?? 1);
    const none = Object.fromEntries(FAULTS.map((fault) => [fault, 0]));
    this.#tally = { ...none, passed: 0 } as Record<ChaosFault | 'passed', number>;
  }

  get socketPath(): string | undefined {
    return this.#within.socketPath;
  }

  get tally(): Readonly<Record<ChaosFault | 'passed', number>> {
    return { ...this.#tally };
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const { signal } = request;
    if (signal?.aborted) throw signal.reason;
    const fault = this.#faultOf(request);
    this.#tally[fault ?? 'passed'] += 1;
    switch (fault) {
      case 'refuse':
        throw failed(request, 'ECONNREFUSED', 'no');
      case 'rateLimit':
        return answered(request, 429, [
          'Retry-After',
          String(this.#options.retryAfterSeconds ?? 0),
        ]);
      case 'unavailable':
        return answered(request, 503);
      case 'delay':
        await pause(this.#options.delayMs ?? 50, signal);
        return this.#within.send(request);
      case 'lose': {
        const { body } = await this.#within.send(request);
        body.on('error', () => undefined).destroy();
        throw failed(request, 'ECONNRESET', 'maybe');
      }
      case 'cut': {
        const answer = await this.#within.send(request);
        const broken = failed(request, 'ECONNRESET', 'yes');
        return { ...answer, body: new CutBody(answer.body, this.#random(), broken) };
      }
      default:
        return this.#within.send(request);
    }
  }

  close(): Promise<void> {
    return this.#within.close();
  }

  #faultOf(request: TransportRequest): ChaosFault | undefined {
    this.#requests += 1;
    const { choose, rates = {} } = this.#options;
    if (choose !== undefined) return choose(request, this.#requests);
    // One number for each request, whatever becomes of it, so that a fault more or less moves none of the others.
    let left = this.#random();
    return FAULTS.find((fault) => (left -= rates[fault] ?? 0) < 0);
  }
}

function checkRates(rates: Partial<Record<ChaosFault, number>>): void {
  const all = Object.entries(rates);
  const wrong = all.find(([name, rate]) => !FAULTS.includes(name as ChaosFault) || !(rate >= 0));
  if (wrong !== undefined) {
    throw new RangeError(
      `rates.${wrong[0]} is ${wrong[1]}; rates are from 0 to 1, of ${FAULTS.join(', ')}`,
    );
  }
  const sum = all.reduce((total, [, rate]) => total + rate, 0);
  // Ten times 0.1 is a little more than 1.
  if (sum > 1 + 1e-9) throw new RangeError(`the rates are ${sum} together; at most 1 is possible`);
}

function failed(
  { origin }: TransportRequest,
  reason: string,
  requestSent: 'no' | 'maybe' | 'yes',
): ConnectionError {
  const what = {
    no: 'could not be reached',
    maybe: 'broke the connection before an answer came',
    yes: 'broke its answer off',
  }[requestSent];
  return new ConnectionError(`${origin.href} ${what} (${reason}): chaos, made by the test`, {
    reason,
    requestSent,
    retryable: true,
  });
}

/** An answer that no origin gave. */
function answered(
  { body, route }: TransportRequest,
  status: number,
  headers: readonly string[] = [],
): TransportResponse {
  // Who answers at once does not read on.
  if (body instanceof Readable) body.on('error', () => undefined).destroy();
  return {
    status,
    headers: new ResponseHeaders(['Content-Length', '0', ...headers]),
    body: Readable.from([]),
    reusedSocket: false,
    route,
    timings: { socketMs: 0, headersMs: 0 },
  };
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stopListening?.();
      resolve();
    }, ms);
    const stopListening =
      signal &&
      onAbort(signal, () => {
        clearTimeout(timer);
        // The caller's own reason comes back as it is, whatever it is.
        reject(signal.reason);
      });
  });
}
