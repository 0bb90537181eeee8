/** Asks a PAC file for the way to an origin. */
import type { Origin } from '../../route/origin.js';
import type { PacAnswer } from './answer.js';
import { readPacAnswer } from './answer.js';
import type { PacOutcome, PacSandbox } from './sandbox.js';

/** What a PAC file may learn about the network. The caller provides it, since nothing here opens a socket. */
export interface PacNames {
  /** The addresses of a name, IPv4 and IPv6; none where it has none. */
  lookUp(name: string): Promise<readonly string[]>;
  /** The addresses of this machine, IPv4 first. */
  own(): readonly string[];
}

/** Why a PAC file named no proxy, in words that follow its name in a message. */
export interface PacFailure {
  readonly failure: string;
  readonly hint: string;
  /** Whether a later attempt may succeed. */
  readonly retryable: boolean;
}

/** How long a script may run without a pause, in milliseconds. */
const RUN_MS = 2_000;
/** How many names may be looked up for one answer. */
const MAX_NAMES = 32;

/**
 * Evaluates a script for an origin. It gets scheme, host and port, never path or query, for `http:` and `https:` targets alike.
 * @param limitMs for all of it, look-ups included
 * @throws ConfigurationError where the engine is not installed.
 */
export async function evaluatePac(
  sandbox: PacSandbox,
  script: string,
  origin: Origin,
  names: PacNames,
  limitMs: number,
): Promise<PacAnswer | PacFailure> {
  const endsAt = performance.now() + limitMs;
  const known = new Map<string, string>();
  for (;;) {
    const outcome = await sandbox.ask({
      script,
      url: `${origin.href}/`,
      host: origin.hostname,
      names: known,
      own: names.own().join(';'),
      limitMs: Math.max(1, Math.min(RUN_MS, endsAt - performance.now())),
      expiresAt: endsAt,
    });
    if (outcome.kind !== 'asks')
      return outcome.kind === 'answer' ? read(outcome.text) : failed(outcome);
    if (known.size >= MAX_NAMES) {
      return {
        failure: `looks up more than ${MAX_NAMES} names for one answer`,
        hint: 'Let it compare names rather than addresses.',
        retryable: false,
      };
    }
    known.set(outcome.name, (await names.lookUp(outcome.name)).join(';'));
    if (performance.now() >= endsAt) return failed({ kind: 'endless' });
  }
}

function read(text: string): PacAnswer | PacFailure {
  const answer = readPacAnswer(text);
  if (answer.ways.length > 0) return answer;
  return {
    failure:
      answer.warnings.length === 0
        ? 'answered an empty text'
        : `answered nothing that can be used: ${answer.warnings.join('; ')}`,
    hint: 'It has to answer PROXY host:port, HTTPS host:port, SOCKS5 host:port or, to go without a proxy, DIRECT.',
    retryable: false,
  };
}

function failed(outcome: Exclude<PacOutcome, { kind: 'answer' | 'asks' }>): PacFailure {
  switch (outcome.kind) {
    case 'no function':
      return {
        failure: 'has no function FindProxyForURL',
        hint: 'Check that the URL is that of a PAC file, and not of a page about it.',
        retryable: false,
      };
    case 'no text':
      return {
        failure: `answered ${outcome.what === 'object' ? 'an object or null' : outcome.what} instead of a text`,
        hint: 'Let FindProxyForURL return "DIRECT" if the request should go without a proxy.',
        retryable: false,
      };
    case 'endless':
      return {
        failure: `did not come to an end in time`,
        hint: `It may run for ${RUN_MS} ms without a pause. timeouts.proxyMs sets the limit for all of it.`,
        retryable: false,
      };
    case 'threw': {
      const at = outcome.line === undefined ? '' : ` in line ${outcome.line}`;
      const message = outcome.message === undefined ? '' : `: ${outcome.message}`;
      return {
        failure: `threw ${outcome.name}${at}${message}`,
        hint: 'Correct the PAC file. The message of what it throws itself is not shown, since it may hold a secret.',
        retryable: false,
      };
    }
  }
}
