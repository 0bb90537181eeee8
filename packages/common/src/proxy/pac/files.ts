/** Caches PAC files: the script for some time, its answer for an origin for a shorter one. */
import { onAbort } from '../../abort.js';
import { BoundedMap } from '../../bounded-map.js';
import { isSdkError } from '../../errors.js';
import type { Origin } from '../../route/origin.js';
import type { ProxyServer } from '../../route/proxy-server.js';
import type { ProxyCandidate } from '../decision.js';
import type { PacAnswer, PacWay } from './answer.js';
import type { PacFailure, PacNames } from './evaluate.js';
import { evaluatePac } from './evaluate.js';
import { PacSandbox } from './sandbox.js';

/** A script as it was loaded, and how long it may be used without asking again, in milliseconds. */
export interface LoadedPac {
  readonly text: string;
  readonly freshMs: number;
}

/** What is needed to ask a PAC file. The caller provides it, since nothing here opens files or sockets. */
export interface PacMeans {
  load(file: ProxyServer, limitMs: number, signal: AbortSignal): Promise<LoadedPac | PacFailure>;
  readonly names: PacNames;
  /** Called if an old script stays in use because the new one could not be loaded. */
  warn(message: string): void;
  /** For loading, and for evaluating, in milliseconds. */
  readonly limitMs: number;
  /** Aborts when the request waits no longer. When no request waits for a file, loading it ends. */
  readonly left?: AbortSignal | undefined;
}

/** What a PAC file named for an origin. */
export interface PacVerdict {
  readonly candidates: readonly ProxyCandidate[];
  readonly warnings: readonly string[];
}

/** How long an answer for an origin is used again, in milliseconds: a script may ask for the time of day. */
export const PAC_ANSWER_MS = 60_000;
/** How long a script's failure is repeated without running it again, in milliseconds. */
const PAC_FAILURE_MS = 2_000;
/** How long an old script stays in use before the new one is loaded again, in milliseconds. */
export const PAC_RELOAD_MS = 30_000;

/** How long a request waits for a new script if the old one can be used, in milliseconds. */
const RELOAD_WAIT_MS = 5_000;

const MAX_FILES = 64;
const MAX_ANSWERS = 4_096;
const MAX_NAMED = 256;

interface Answer {
  readonly verdict: Promise<PacVerdict | PacFailure>;
  /** The result, if the file named something. */
  named: PacVerdict | undefined;
  until: number;
}

/** Everything that depends on the text of a script. A new text starts empty, so that the answers of the old one are dropped. */
interface Script {
  readonly text: string;
  readonly answers: BoundedMap<string, Answer>;
  readonly named: BoundedMap<string, ProxyServer>;
}

interface Kept {
  script: Script | undefined;
  freshUntil: number;
  loading: Loading | undefined;
}

/** A script that is being loaded, for all requests that wait for it. */
interface Loading {
  readonly script: Promise<Script | PacFailure>;
  readonly ending: AbortController;
  waiting: number;
}

/** The thread that runs scripts belongs to the process: all drivers share it. */
const sandbox = new PacSandbox();

/** The PAC files of one driver and all its views. */
export class PacFiles {
  readonly #files = new BoundedMap<string, Kept>(MAX_FILES);
  readonly #now: () => number;

  /** @param now a clock in milliseconds that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** What is known already of what a file names for an origin: most requests need not wait. */
  known(file: ProxyServer, origin: Origin): PacVerdict | undefined {
    const kept = this.#files.get(file.key);
    if (kept?.script === undefined || this.#now() >= kept.freshUntil) return undefined;
    const answer = kept.script.answers.get(origin.href);
    return answer !== undefined && this.#now() < answer.until ? answer.named : undefined;
  }

  /**
   * What a file names for an origin. Requests that ask the same at the same time wait for one answer.
   * @throws ConfigurationError if the engine is not installed, or the driver has been closed.
   */
  async ask(file: ProxyServer, origin: Origin, means: PacMeans): Promise<PacVerdict | PacFailure> {
    const script = await this.#script(file, means);
    if ('failure' in script) return script;
    const known = script.answers.get(origin.href);
    if (known !== undefined && this.#now() < known.until) return known.verdict;
    const answer: Answer = {
      verdict: evaluate(script, file, origin, means),
      named: undefined,
      until: Infinity,
    };
    script.answers.set(origin.href, answer);
    try {
      const verdict = await answer.verdict;
      if ('failure' in verdict) answer.until = this.#now() + PAC_FAILURE_MS;
      else {
        answer.until = this.#now() + PAC_ANSWER_MS;
        answer.named = verdict;
      }
      return verdict;
    } catch (error) {
      answer.until = 0;
      throw error;
    }
  }

  async #script(file: ProxyServer, means: PacMeans): Promise<Script | PacFailure> {
    let kept = this.#files.get(file.key);
    if (kept === undefined) {
      kept = { script: undefined, freshUntil: 0, loading: undefined };
      this.#files.set(file.key, kept);
    }
    if (kept.script !== undefined && this.#now() < kept.freshUntil) return kept.script;
    const due = kept;
    const loading = (due.loading ??= begin(due, file, means, this.#now));
    loading.waiting += 1;
    const leave = (): void => {
      loading.waiting -= 1;
      if (loading.waiting > 0) return;
      if (due.loading === loading) due.loading = undefined;
      loading.ending.abort();
    };
    const stopListening = means.left && onAbort(means.left, leave);
    return loading.script.finally(() => stopListening?.());
  }
}

function begin(kept: Kept, file: ProxyServer, means: PacMeans, now: () => number): Loading {
  const ending = new AbortController();
  const script = reload(kept, file, means, now, ending.signal).finally(() => {
    if (kept.loading === loading) kept.loading = undefined;
  });
  const loading: Loading = { script, ending, waiting: 0 };
  return loading;
}

async function reload(
  kept: Kept,
  file: ProxyServer,
  means: PacMeans,
  now: () => number,
  signal: AbortSignal,
): Promise<Script | PacFailure> {
  const old = kept.script;
  // The old script can be used, so a request does not wait long for a new one.
  const limitMs = old === undefined ? means.limitMs : Math.min(RELOAD_WAIT_MS, means.limitMs / 2);
  const loaded = await means.load(file, Math.ceil(limitMs), signal);
  if ('failure' in loaded) {
    if (old === undefined || signal.aborted) return loaded;
    means.warn(`The PAC file ${file.href} ${loaded.failure}; its previous version stays in use`);
    kept.freshUntil = now() + PAC_RELOAD_MS;
    return old;
  }
  kept.freshUntil = now() + loaded.freshMs;
  if (old?.text === loaded.text) return old;
  return (kept.script = {
    text: loaded.text,
    answers: new BoundedMap(MAX_ANSWERS),
    named: new BoundedMap(MAX_NAMED),
  });
}

async function evaluate(
  script: Script,
  file: ProxyServer,
  origin: Origin,
  means: PacMeans,
): Promise<PacVerdict | PacFailure> {
  const answer = await evaluatePac(sandbox, script.text, origin, means.names, means.limitMs);
  return 'failure' in answer ? answer : name(answer, script, file);
}

/** The proxies that an answer names, each with the settings that hold for every proxy of the file. */
function name(answer: PacAnswer, script: Script, file: ProxyServer): PacVerdict | PacFailure {
  const candidates: ProxyCandidate[] = [];
  const warnings = answer.warnings.map((warning) => `The PAC file ${file.href}: ${warning}`);
  for (const way of answer.ways) {
    const candidate = candidateOf(way, script, file);
    if (candidate === 'direct' || !('why' in candidate)) candidates.push(candidate);
    else
      warnings.push(
        `The PAC file ${file.href}: a proxy of its answer was skipped: ${candidate.why}`,
      );
  }
  if (candidates.length > 0) return { candidates, warnings };
  return {
    failure: `answered nothing that can be used: ${warnings.join('; ')}`,
    hint: 'Check the members of httpProxy beside the URL of the file: they hold for every proxy that the file names.',
    retryable: false,
  };
}

/** Always the same object for the same proxy, since pools and rests depend on it; or why there is none. */
function candidateOf(
  way: PacWay,
  script: Script,
  file: ProxyServer,
): ProxyCandidate | { readonly why: string } {
  if (way === 'direct') return way;
  const { protocol, host, port } = way;
  const key = `${protocol}//${host}|${port}`;
  let proxy = script.named.get(key);
  if (proxy === undefined) {
    try {
      proxy = file.at(protocol, host, port);
    } catch (error) {
      return { why: isSdkError(error) ? error.message : 'it cannot be used' };
    }
    script.named.set(key, proxy);
  }
  return proxy;
}
