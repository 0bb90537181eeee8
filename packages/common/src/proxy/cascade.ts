/** The cascade: call ▸ instance ▸ environment ▸ direct. The first level that speaks wins, whole. No I/O. */
import { BoundedMap } from '../bounded-map.js';
import { ConfigurationError, ProxyError, isSdkError } from '../errors.js';
import type { DecidedBy } from '../facts.js';
import { checkKeys, own } from '../option-keys.js';
import type { Origin } from '../origin.js';
import { originOf } from '../origin.js';
import { ProxyServer } from '../proxy-server.js';
import type { ProxyCandidate, ProxyDecision } from './decision.js';
import type { Environment } from './environment.js';
import { noProxyVariable, proxyVariable } from './environment.js';
import type { NoProxy } from './no-proxy.js';
import { compileNoProxy } from './no-proxy.js';
import type {
  CompiledLevel,
  CompiledSetting,
  PlainHttpProxy,
  ProxyAsk,
  ProxyChoice,
  ProxyLevel,
  ProxyQuestion,
} from './setting.js';
import { compileAnswer, compileLevel } from './setting.js';
import { readProxyUrl } from './url.js';

/** The levels above the default, compiled: what a connection holds. */
export interface CompiledLevels {
  readonly call?: CompiledLevel | undefined;
  readonly instance?: CompiledLevel | undefined;
  /** @default process.env, read at each decision */
  readonly env?: Environment | undefined;
}

const DEFAULT: ProxyDecision = freeze(undefined, ['direct'], 'default', undefined, undefined, []);

/**
 * Decides the way to an origin. A promise only where a function that was asked answered one.
 * @param purpose what a function is told the request is for
 * @throws ConfigurationError where the chosen variable or a function's answer is no proxy setting.
 * @throws ProxyError (phase `resolve`, nothing sent) where a function threw.
 */
export function decide(
  origin: Origin,
  levels: CompiledLevels,
  purpose = 'request',
): ProxyDecision | Promise<ProxyDecision> {
  const call = levels.call;
  if (call?.setting !== undefined) {
    if (!call.setting.dynamic) return decideAtOnce(call, call.setting, origin);
    const decision = ask(call, call.setting, origin, purpose);
    if (isPromise(decision)) {
      return decision.then((made) => made ?? decideBelowCall(origin, levels, purpose));
    }
    if (decision !== undefined) return decision;
  }
  return decideBelowCall(origin, levels, purpose);
}

function decideBelowCall(
  origin: Origin,
  levels: CompiledLevels,
  purpose: string,
): ProxyDecision | Promise<ProxyDecision> {
  const instance = levels.instance;
  if (instance?.setting !== undefined) {
    if (!instance.setting.dynamic) return decideAtOnce(instance, instance.setting, origin);
    const decision = ask(instance, instance.setting, origin, purpose);
    if (isPromise(decision))
      return decision.then((made) => made ?? decideByEnvironment(origin, levels));
    if (decision !== undefined) return decision;
  }
  return decideByEnvironment(origin, levels);
}

function decideAtOnce(
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
function ask(
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
  return askFrom(0, setting.steps, new Draft(level, origin), question);
}

function askFrom(
  start: number,
  steps: CompiledSetting['steps'],
  draft: Draft,
  question: ProxyQuestion,
): ProxyDecision | undefined | Promise<ProxyDecision | undefined> {
  for (let i = start; i < steps.length; i += 1) {
    const step = steps[i] as ProxyChoice | ProxyAsk;
    if (!('ask' in step)) {
      if (draft.add(step)) break;
      continue;
    }
    let answer: unknown;
    try {
      answer = step.ask(question);
    } catch (error) {
      throw threw(step.field, error);
    }
    if (isPromise(answer)) {
      return Promise.resolve(answer).then(
        (settled) =>
          draft.addAnswer(settled, step)
            ? draft.decision()
            : askFrom(i + 1, steps, draft, question),
        (error: unknown) => {
          throw threw(step.field, error);
        },
      );
    }
    if (draft.addAnswer(answer, step)) break;
  }
  return draft.isEmpty ? undefined : draft.decision();
}

/** A decision in the making: candidates in their order, until one of them is direct. */
class Draft {
  readonly #level: CompiledLevel;
  readonly #origin: Origin;
  readonly #candidates: ProxyCandidate[] = [];
  readonly #warnings = new Set<string>();
  #bypassedBy: string | undefined;

  constructor(level: CompiledLevel, origin: Origin) {
    this.#level = level;
    this.#origin = origin;
  }

  get isEmpty(): boolean {
    return this.#candidates.length === 0;
  }

  /** Whether nothing can follow. */
  add({ proxy, noProxy = this.#level.noProxy }: ProxyChoice): boolean {
    if (proxy === 'direct') {
      this.#candidates.push(proxy);
      return true;
    }
    const entry = noProxy?.match(this.#origin);
    noProxy?.warnings.forEach((warning) => this.#warnings.add(warning));
    if (entry === undefined) {
      this.#candidates.push(proxy);
      return false;
    }
    if (this.isEmpty) this.#bypassedBy = entry;
    this.#candidates.push('direct');
    return true;
  }

  addAnswer(answer: unknown, step: ProxyAsk): boolean {
    if (answer === undefined) return false;
    // What a function answered holds no functions itself, as `compileAnswer` sees to.
    return compileAnswer(answer, step).steps.some((choice) => this.add(choice as ProxyChoice));
  }

  decision(): ProxyDecision {
    const [first] = this.#candidates;
    return freeze(
      first === 'direct' ? undefined : first,
      this.#candidates,
      this.#level.name,
      undefined,
      this.#bypassedBy,
      [...this.#warnings],
    );
  }
}

/** What the environment said, and what was decided from it; kept for as long as it says the same. */
interface EnvironmentSaid {
  readonly variable: string;
  readonly value: string;
  readonly noProxy: NoProxy | undefined;
  /** Where the list came from a variable: its name and text. */
  readonly listName: string | undefined;
  readonly listText: string | undefined;
  proxy: ProxyServer | undefined;
  readonly decisions: BoundedMap<Origin, ProxyDecision>;
}

/** How many different environments are remembered; more than a few occur in tests only. */
const MAX_ENVIRONMENTS = 8;
const MAX_DECISIONS = 16_384;
const said: EnvironmentSaid[] = [];

function decideByEnvironment(origin: Origin, levels: CompiledLevels): ProxyDecision {
  const env = levels.env ?? process.env;
  const chosen = proxyVariable(env, origin.protocol);
  if (chosen === undefined) return DEFAULT;
  const given = levels.call?.noProxy ?? levels.instance?.noProxy;
  const list = given === undefined ? noProxyVariable(env) : undefined;
  const heard = remember(chosen.name, chosen.value, given, list?.name, list?.value);
  let decision = heard.decisions.get(origin);
  if (decision === undefined) {
    const bypassedBy = heard.noProxy?.match(origin);
    if (bypassedBy === undefined) {
      heard.proxy ??= new ProxyServer(readProxyUrl(heard.value, heard.variable));
    }
    const proxy = bypassedBy === undefined ? heard.proxy : undefined;
    const warnings = heard.noProxy?.warnings ?? [];
    decision = freeze(proxy, [proxy ?? 'direct'], 'env', heard.variable, bypassedBy, warnings);
    heard.decisions.set(origin, decision);
  }
  return decision;
}

function remember(
  variable: string,
  value: string,
  given: NoProxy | undefined,
  listName: string | undefined,
  listText: string | undefined,
): EnvironmentSaid {
  for (let i = 0; i < said.length; i += 1) {
    const known = said[i] as EnvironmentSaid;
    if (
      known.variable === variable &&
      known.value === value &&
      known.listName === listName &&
      known.listText === listText &&
      (listName !== undefined || known.noProxy === given)
    ) {
      return known;
    }
  }
  const noProxy =
    listName === undefined || listText === undefined ? given : compileNoProxy(listText, listName);
  const heard: EnvironmentSaid = {
    variable,
    value,
    noProxy,
    listName,
    listText,
    proxy: undefined,
    decisions: new BoundedMap(MAX_DECISIONS),
  };
  said.unshift(heard);
  if (said.length > MAX_ENVIRONMENTS) said.pop();
  return heard;
}

function freeze(
  proxy: ProxyServer | undefined,
  candidates: readonly ProxyCandidate[],
  decidedBy: DecidedBy,
  variable: string | undefined,
  bypassedBy: string | undefined,
  warnings: readonly string[],
): ProxyDecision {
  return Object.freeze({
    proxy,
    candidates: Object.freeze([...candidates]),
    decidedBy,
    ...(variable === undefined ? {} : { variable }),
    ...(bypassedBy === undefined ? {} : { bypassedBy }),
    warnings: Object.freeze([...warnings]),
  });
}

/** What a function threw may hold a secret (a URL with its password), so only its kind is told. */
function threw(field: string, error: unknown): Error {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  const kind = error instanceof Error ? error.name : 'something that is no Error';
  const shown = /^\w{1,40}$/.test(kind) || !(error instanceof Error) ? kind : 'Error';
  const known = typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : '';
  return new ProxyError(`The function ${field} threw ${shown}${known} instead of naming a proxy.`, {
    phase: 'resolve',
    proxy: field,
    requestSent: 'no',
    retryable: false,
    hint: 'Its message is not shown, since it may hold a secret: catch and log it inside the function',
    cause: isSdkError(error) ? error : undefined,
  });
}

function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** The levels of a question, as options give them. */
export interface ProxyLevels {
  readonly call?: ProxyLevel | undefined;
  readonly instance?: ProxyLevel | undefined;
  /** @default process.env */
  readonly env?: Environment | undefined;
}

/** A level without functions. */
export interface PlainProxyLevel extends ProxyLevel {
  readonly httpProxy?: PlainHttpProxy | undefined;
}

/** Levels without functions: they are answered at once. */
export interface PlainProxyLevels extends ProxyLevels {
  readonly call?: PlainProxyLevel | undefined;
  readonly instance?: PlainProxyLevel | undefined;
}

/**
 * Which way a request to `target` would go, and why. No I/O. A promise only where a function answered one.
 * @throws ConfigurationError where the target or a level cannot be read.
 * @throws ProxyError (phase `resolve`) where a function threw.
 */
export function resolveProxy(target: string | URL, levels?: PlainProxyLevels): ProxyDecision;
export function resolveProxy(
  target: string | URL,
  levels: ProxyLevels,
): ProxyDecision | Promise<ProxyDecision>;
export function resolveProxy(
  target: string | URL,
  levels: ProxyLevels = {},
): ProxyDecision | Promise<ProxyDecision> {
  return decide(originOf(target), compileLevels(levels));
}

/** Reads the levels of a question; unknown members are refused by name. */
export function compileLevels(levels: ProxyLevels): CompiledLevels {
  checkKeys(levels, ['call', 'instance', 'env'], 'levels');
  const call = own(levels, 'call');
  const instance = own(levels, 'instance');
  const env = own(levels, 'env');
  if (call !== undefined) checkKeys(call, ['httpProxy', 'noProxy'], 'levels.call');
  if (instance !== undefined) checkKeys(instance, ['httpProxy', 'noProxy'], 'levels.instance');
  if (env !== undefined && (typeof env !== 'object' || env === null)) {
    throw new ConfigurationError('levels.env must be a record of variables, such as process.env', {
      field: 'levels.env',
    });
  }
  return { call: compileLevel(call, 'call'), instance: compileLevel(instance, 'instance'), env };
}
