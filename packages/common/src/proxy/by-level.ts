/** The decision of a level that says something: from its fixed values, or by asking its functions. */
import { ProxyError, isSdkError } from '../errors.js';
import { isPromise } from '../promise.js';
import type { Origin } from '../route/origin.js';
import type { ProxyCandidate, ProxyDecision } from './decision.js';
import { newDecision } from './decision.js';
import type { CompiledLevel } from './level.js';
import { answered } from './level.js';
import type { CompiledSetting, ProxyAsk, ProxyChoice, ProxyQuestion } from './setting.js';
import { compileAnswer } from './setting.js';

/** The decision of a level that holds no functions, made once for each origin. */
export function decideAtOnce(
  level: CompiledLevel,
  setting: CompiledSetting,
  origin: Origin,
): ProxyDecision {
  let decision = level.decisions.get(origin);
  if (decision === undefined) {
    const draft = new Draft(level, origin);
    for (const step of setting.steps) if (draft.add(step as ProxyChoice)) break;
    decision = draft.decision();
    level.decisions.set(origin, decision);
  }
  return decision;
}

/** Asks the functions of a level, one after the other. `undefined`: the level has no opinion. */
export function ask(
  level: CompiledLevel,
  setting: CompiledSetting,
  origin: Origin,
  purpose: string,
): ProxyDecision | undefined | Promise<ProxyDecision | undefined> {
  const question: ProxyQuestion = Object.freeze({
    origin: origin.href,
    protocol: origin.protocol,
    purpose,
  });
  const [step] = setting.steps;
  if (setting.form !== 'function' || step?.kind !== 'ask') {
    return askFrom(0, setting.steps, new Draft(level, origin), question);
  }
  const decideOn = (answer: unknown): ProxyDecision | undefined => {
    if (answer === undefined) return undefined;
    const said = compileAnswer(answer, step);
    return decideAtOnce(answered(level, said), said, origin);
  };
  const answer = answerOf(step, question);
  return isPromise(answer) ? answer.then(decideOn) : decideOn(answer);
}

function askFrom(
  start: number,
  steps: CompiledSetting['steps'],
  draft: Draft,
  question: ProxyQuestion,
): ProxyDecision | undefined | Promise<ProxyDecision | undefined> {
  for (let i = start; i < steps.length; i += 1) {
    const step = steps[i] as ProxyChoice | ProxyAsk;
    if (step.kind === 'choice') {
      if (draft.add(step)) break;
      continue;
    }
    const answer = answerOf(step, question);
    if (isPromise(answer)) {
      return answer.then((settled) =>
        draft.addAnswer(settled, step) ? draft.decision() : askFrom(i + 1, steps, draft, question),
      );
    }
    if (draft.addAnswer(answer, step)) break;
  }
  return draft.isEmpty ? undefined : draft.decision();
}

/** Asks one function. If it throws, the error shows no secret. */
function answerOf({ ask: selector, field }: ProxyAsk, question: ProxyQuestion): unknown {
  try {
    const answer: unknown = selector(question);
    if (!isPromise(answer)) return answer;
    return Promise.resolve(answer).catch((error: unknown) => {
      throw threw(field, error);
    });
  } catch (error) {
    throw threw(field, error);
  }
}

/** A decision in the making: candidates in their order, until one of them is direct. */
class Draft {
  readonly #level: CompiledLevel;
  readonly #origin: Origin;
  readonly #candidates: ProxyCandidate[] = [];
  #warnings: readonly string[] = [];
  #bypassedBy: string | undefined;

  constructor(level: CompiledLevel, origin: Origin) {
    this.#level = level;
    this.#origin = origin;
  }

  get isEmpty(): boolean {
    return this.#candidates.length === 0;
  }

  /** Whether nothing can follow. */
  add({ proxy, noProxy: ofItsOwn }: ProxyChoice): boolean {
    if (proxy === 'direct') {
      this.#candidates.push(proxy);
      return true;
    }
    const noProxy = ofItsOwn ?? this.#level.noProxy;
    const entry = noProxy?.match(this.#origin);
    if (noProxy !== undefined && noProxy.warnings.length > 0)
      this.#warnings = [...new Set([...this.#warnings, ...noProxy.warnings])];
    if (entry === undefined) {
      this.#candidates.push(proxy);
      return false;
    }
    // After another proxy of the list it is skipped: a list goes direct only where it says so.
    if (!this.isEmpty) return false;
    this.#bypassedBy = entry;
    this.#candidates.push('direct');
    return true;
  }

  addAnswer(answer: unknown, step: ProxyAsk): boolean {
    if (answer === undefined) return false;
    // `compileAnswer` has made sure that the answer holds no functions.
    return compileAnswer(answer, step).steps.some((choice) => this.add(choice as ProxyChoice));
  }

  decision(): ProxyDecision {
    return newDecision({
      candidates: this.#candidates,
      decidedBy: this.#level.name,
      bypassedBy: this.#bypassedBy,
      warnings: this.#warnings,
    });
  }
}

/** What a function throws may hold a secret (a URL with its password), so the error shows only its kind. */
function threw(field: string, error: unknown): Error {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  const kind = error instanceof Error ? error.name : 'something that is no Error';
  const shown = /^\w{1,40}$/.test(kind) || !(error instanceof Error) ? kind : 'Error';
  const known = typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : '';
  return new ProxyError(`The function ${field} threw ${shown}${known} instead of naming a proxy`, {
    phase: 'resolve',
    proxy: field,
    requestSent: 'no',
    retryable: false,
    hint: 'Its message is not shown, since it may hold a secret: catch and log it inside the function.',
    cause: isSdkError(error) ? error : undefined,
  });
}
