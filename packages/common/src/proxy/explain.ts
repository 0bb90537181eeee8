/** Why a request goes the way it goes, as data: for finding out which setting decided. */
import type { DecidedBy } from '../facts.js';
import { own } from '../option-keys.js';
import type { Origin } from '../route/origin.js';
import { originOf } from '../route/origin.js';
import { isPromise } from '../promise.js';
import type { CompiledLevels } from './cascade.js';
import { decide } from './cascade.js';
import type { ProxyCandidate, ProxyDecision } from './decision.js';
import type { Environment, VariableState } from './environment.js';
import { NO_PROXY_VARIABLES, PROXY_VARIABLES, surveyVariables } from './environment.js';
import { renderExplanation } from './explain-text.js';
import type { CompiledLevel } from './level.js';
import { compileNoProxy } from './no-proxy.js';
import type { PlainProxyLevels, ProxyLevels } from './resolve.js';
import { compileLevels } from './resolve.js';
import type { CompiledSetting } from './setting.js';

/** What one level said, and whether it decided. */
export interface ExplainedLevel {
  readonly level: DecidedBy;
  /** `nothing`, `false`, a proxy without credentials, a list of these, or `a function`. */
  readonly said: string;
  readonly decided: boolean;
  /** Why it decided, or why it did not. */
  readonly why: string;
  /** The `noProxy` given on this level: how many entries it has that can match. */
  readonly noProxyEntries?: number | undefined;
  /** On `env`: every variable that could speak, in the order in which they are asked, without their values. */
  readonly variables?: readonly VariableState[] | undefined;
}

/** A decision and how it came about: JSON-safe and without secrets. */
export interface ProxyExplanation {
  /** The origin that was asked about, e.g. `https://api.example.com`. */
  readonly origin: string;
  /** The proxy without credentials; `null`: direct. */
  readonly proxy: string | null;
  /** What is tried, in order: proxies without credentials, or `direct`. */
  readonly candidates: readonly string[];
  readonly decidedBy: DecidedBy;
  /** The environment variable that was chosen, where the environment decided. */
  readonly variable?: string | undefined;
  /** The entry of the NO_PROXY list that bypassed the proxy, as written. */
  readonly bypassedBy?: string | undefined;
  /** A sentence for each entry of the list that could not be read. */
  readonly warnings: readonly string[];
  /** Each level, in the order in which they are asked. */
  readonly levels: readonly ExplainedLevel[];
  /** All of it as lines to read. */
  readonly text: string;
}

/**
 * Why a request to `target` would go the way it would go. No I/O. A promise only if a function answered with one.
 * @throws ConfigurationError, ProxyError as `resolveProxy` does.
 */
export function explainProxy(target: string | URL, levels?: PlainProxyLevels): ProxyExplanation;
export function explainProxy(
  target: string | URL,
  levels: ProxyLevels,
): ProxyExplanation | Promise<ProxyExplanation>;
export function explainProxy(
  target: string | URL,
  levels: ProxyLevels = {},
): ProxyExplanation | Promise<ProxyExplanation> {
  return explainLevels(originOf(target), compileLevels(levels));
}

/** The same for levels that have been read. @param purpose what a selector is told */
export function explainLevels(
  origin: Origin,
  levels: CompiledLevels,
  purpose?: string,
): ProxyExplanation | Promise<ProxyExplanation> {
  const decision = decide(origin, levels, purpose);
  return isPromise(decision)
    ? decision.then((settled) => explain(origin, levels, settled))
    : explain(origin, levels, decision);
}

const ORDER: readonly DecidedBy[] = ['call', 'instance', 'env', 'default'];

function explain(
  origin: Origin,
  levels: CompiledLevels,
  decision: ProxyDecision,
): ProxyExplanation {
  const { variable, bypassedBy } = decision;
  const facts = {
    origin: origin.href,
    proxy: decision.proxy?.href ?? null,
    candidates: decision.candidates.map(nameOf),
    decidedBy: decision.decidedBy,
    ...(variable === undefined ? {} : { variable }),
    ...(bypassedBy === undefined ? {} : { bypassedBy }),
    warnings: decision.warnings,
    levels: [
      explainLevel('call', own(levels, 'call'), decision),
      explainLevel('instance', own(levels, 'instance'), decision),
      explainEnvironment(origin, levels, decision),
      explainDefault(decision),
    ],
  };
  return { ...facts, text: renderExplanation(facts) };
}

function explainLevel(
  name: 'call' | 'instance',
  level: CompiledLevel | undefined,
  decision: ProxyDecision,
): ExplainedLevel {
  const setting = level?.setting;
  const decided = decision.decidedBy === name;
  return {
    level: name,
    said: setting === undefined ? 'nothing' : describe(setting),
    decided,
    why: decided ? whyDecided(decision) : whyNot(name, setting, decision),
    ...(level?.noProxy === undefined ? {} : { noProxyEntries: level.noProxy.size }),
  };
}

function whyDecided({ bypassedBy, candidates }: ProxyDecision): string {
  if (bypassedBy !== undefined) {
    return `it is the first level that says something, and its list has the entry ${JSON.stringify(bypassedBy)}`;
  }
  const first = candidates[0] ?? 'direct';
  const file = first === 'direct' || first.pac === undefined ? '' : ', and that file decides';
  return `it is the first level that says something: ${nameOf(first)}${file}`;
}

function whyNot(
  name: 'call' | 'instance',
  setting: CompiledSetting | undefined,
  { decidedBy }: ProxyDecision,
): string {
  if (ORDER.indexOf(decidedBy) < ORDER.indexOf(name)) return `not asked: ${decidedBy} decided`;
  return setting === undefined
    ? 'httpProxy is not given, so the next level is asked'
    : 'its function answered undefined, so the next level is asked';
}

function explainEnvironment(
  origin: Origin,
  levels: CompiledLevels,
  decision: ProxyDecision,
): ExplainedLevel {
  const env = own(levels, 'env') ?? process.env;
  const proxies = surveyVariables(env, PROXY_VARIABLES[origin.protocol]);
  const variables = [...proxies, ...surveyVariables(env, NO_PROXY_VARIABLES)];
  const speaker = proxies.find(({ state }) => state === 'first');
  const decided = decision.decidedBy === 'env';
  const said =
    speaker === undefined
      ? 'nothing'
      : decision.proxy !== undefined && decided
        ? `${speaker.name}: ${decision.proxy.href}`
        : `${speaker.name} is set`;
  const ignored = decided ? undefined : ignoredEntry(origin, env, decision);
  const why =
    whyEnvironment(levels, decision, speaker) + (ignored === undefined ? '' : `; ${ignored}`);
  return { level: 'env', said, decided, why, variables };
}

/** The entry of NO_PROXY that would bypass a proxy which was given by an option, where NO_PROXY does not count. */
function ignoredEntry(
  origin: Origin,
  env: Environment,
  { proxy }: ProxyDecision,
): string | undefined {
  const [list] = surveyVariables(env, NO_PROXY_VARIABLES).filter(({ state }) => state === 'first');
  const text: unknown = list === undefined ? undefined : env[list.name];
  if (proxy === undefined || list === undefined || typeof text !== 'string') return undefined;
  const entry = compileNoProxy(text, list.name).match(origin);
  return entry === undefined
    ? undefined
    : `the entry ${JSON.stringify(entry)} of ${list.name} does not count beside httpProxy: give noProxy`;
}

function whyEnvironment(
  levels: CompiledLevels,
  { decidedBy, bypassedBy }: ProxyDecision,
  speaker: VariableState | undefined,
): string {
  if (decidedBy === 'call' || decidedBy === 'instance') return `not asked: ${decidedBy} decided`;
  if (speaker === undefined) return 'no variable names a proxy for this kind of target';
  const call = own(levels, 'call')?.noProxy;
  const list =
    call !== undefined
      ? 'noProxy of the call, which replaces NO_PROXY,'
      : own(levels, 'instance')?.noProxy !== undefined
        ? 'noProxy of the instance, which replaces NO_PROXY,'
        : 'NO_PROXY';
  return bypassedBy === undefined
    ? `no level above says anything, and no entry of ${list} names the target`
    : `no level above says anything, and ${list} has the entry ${JSON.stringify(bypassedBy)}`;
}

function explainDefault({ decidedBy }: ProxyDecision): ExplainedLevel {
  const decided = decidedBy === 'default';
  return {
    level: 'default',
    said: 'direct',
    decided,
    why: decided ? 'no level says anything' : `not asked: ${decidedBy} decided`,
  };
}

function describe({ form, steps }: CompiledSetting): string {
  if (form === 'direct') return 'false';
  const words = steps.map((step) => (step.kind === 'ask' ? 'a function' : nameOf(step.proxy)));
  return form === 'list' ? `[${words.join(', ')}]` : words.join('');
}

function nameOf(candidate: ProxyCandidate): string {
  return candidate === 'direct' ? 'direct' : candidate.href;
}
