/** Runs PAC files in a thread that can be ended, in an engine that has no access to Node. */
import { Worker } from 'node:worker_threads';
import { ConfigurationError } from '../../errors.js';
import { patientTimeout } from '../../patient-timeout.js';

/** What a script gets. */
export interface PacQuestion {
  readonly script: string;
  readonly url: string;
  readonly host: string;
  /** Names that were looked up for it, with their addresses separated by `;`. */
  readonly names: ReadonlyMap<string, string>;
  /** This machine's addresses, separated by `;`. */
  readonly own: string;
  /** How long the script may run, in milliseconds. */
  readonly limitMs: number;
  /** When nobody waits for the answer any longer, on the clock of `performance.now()`. */
  readonly expiresAt: number;
}

/** The result. */
export type PacOutcome =
  | { readonly kind: 'answer'; readonly text: string }
  /** It needs the addresses of a name, and must be asked again with them. */
  | { readonly kind: 'asks'; readonly name: string }
  | { readonly kind: 'no function' }
  /** It answered something other than a text; `what` is its `typeof`. */
  | { readonly kind: 'no text'; readonly what: string }
  /** It ran longer than it may. */
  | { readonly kind: 'endless' }
  | {
      readonly kind: 'threw';
      readonly name: string;
      readonly line?: string | undefined;
      readonly message?: string | undefined;
    };

type Told =
  PacOutcome | { readonly kind: 'ready' } | { readonly kind: 'absent'; readonly code?: string };

interface Waiting {
  readonly question: PacQuestion;
  resolve(outcome: PacOutcome): void;
  reject(reason: Error): void;
}

/** How much later than its limit a run is ended from outside: the engine could not be interrupted. */
const GRACE_MS = 1_000;
/** A thread that nobody needs is ended, in milliseconds. */
const IDLE_MS = 30_000;
/** The path is right in `src` and in `dist`: the thread needs neither the build nor a loader of TypeScript. */
const WORKER = new URL('../../../src/proxy/pac/worker.mjs', import.meta.url);

/** One thread, started with the first question and ended when it is idle. An idle one keeps no process alive. One run at a time. */
export class PacSandbox {
  readonly #file: URL;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #ready = false;
  #stopTimer: (() => void) | undefined;

  /** @param file the thread's code */
  constructor(file: URL = WORKER) {
    this.#file = file;
  }

  /**
   * Asks a script.
   * @throws ConfigurationError if the engine, an optional package, is not installed.
   */
  ask(question: PacQuestion): Promise<PacOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      if (this.#waiting.length === 1) this.#begin();
    });
  }

  #begin(): void {
    this.#stopTimer?.();
    while (performance.now() >= (this.#waiting[0]?.question.expiresAt ?? Infinity)) {
      this.#waiting.shift()?.resolve({ kind: 'endless' });
    }
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#worker?.unref();
      const idle = setTimeout(() => this.#end(), IDLE_MS).unref();
      this.#stopTimer = () => clearTimeout(idle);
      return;
    }
    try {
      this.#worker ??= this.#open();
      this.#worker.ref();
      this.#worker.postMessage(first.question);
      if (this.#ready) this.#limit(first.question);
    } catch (error) {
      // A process may not be allowed to start threads.
      this.#hear({ kind: 'absent', code: String((error as { code?: unknown }).code) });
    }
  }

  #limit({ limitMs }: PacQuestion): void {
    this.#stopTimer = patientTimeout(() => {
      this.#end();
      this.#settle((waiting) => waiting.resolve({ kind: 'endless' }));
    }, limitMs + GRACE_MS);
  }

  #open(): Worker {
    const worker = new Worker(this.#file, { name: 'pac', env: {}, execArgv: [] });
    worker.on('message', (told: Told) => {
      if (this.#worker === worker) this.#hear(told);
    });
    worker.on('error', (error: Error & { code?: string }) => {
      if (this.#worker !== worker) return;
      const began = this.#ready;
      this.#end();
      this.#hear(began ? { kind: 'endless' } : { kind: 'absent', code: error.code ?? error.name });
    });
    return worker;
  }

  #hear(told: Told): void {
    this.#stopTimer?.();
    if (told.kind === 'ready') {
      this.#ready = true;
      const [first] = this.#waiting;
      if (first !== undefined) this.#limit(first.question);
    } else if (told.kind === 'absent') {
      this.#end();
      this.#settle((waiting) => waiting.reject(engineAbsent(told.code)));
    } else {
      this.#settle((waiting) => waiting.resolve(told));
    }
  }

  #settle(tell: (waiting: Waiting) => void): void {
    const first = this.#waiting.shift();
    if (first !== undefined) tell(first);
    this.#begin();
  }

  #end(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#ready = false;
  }
}

function engineAbsent(code = 'no code'): ConfigurationError {
  return new ConfigurationError(
    `A PAC file was given as httpProxy, and the package that evaluates it, quickjs-wasi, could not be loaded (${code})`,
    { field: 'httpProxy', hint: 'Install it beside the SDK: npm install quickjs-wasi.' },
  );
}
