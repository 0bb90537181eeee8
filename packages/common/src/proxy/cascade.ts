/** The cascade: call ▸ instance ▸ environment ▸ direct. The first level that says something decides everything. No I/O. */
import { own } from '../option-keys.js';
import type { Origin } from '../route/origin.js';
import { decideByEnvironment } from './by-environment.js';
import { isPromise } from '../promise.js';
import { ask, decideAtOnce } from './by-level.js';
import type { ProxyDecision } from './decision.js';
import type { Environment } from './environment.js';
import type { CompiledLevel } from './level.js';

/** The levels above the default, compiled: what a connection holds. */
export interface CompiledLevels {
  readonly call?: CompiledLevel | undefined;
  readonly instance?: CompiledLevel | undefined;
  /** @default process.env, read at each decision */
  readonly env?: Environment | undefined;
}

/**
 * Decides the way to an origin. A promise only if a function that was asked answered with one.
 * @param purpose what the request is for, as a function receives it
 * @throws ConfigurationError where the chosen variable or a function's answer is no proxy setting.
 * @throws ProxyError (phase `resolve`, nothing sent) where a function threw.
 */
export function decide(
  origin: Origin,
  levels: CompiledLevels,
  purpose = 'request',
): ProxyDecision | Promise<ProxyDecision> {
  return decideFrom(0, origin, levels, purpose);
}

const LEVELS = ['call', 'instance'] as const;

/** The decision of the given level and those below it, the environment included. */
function decideFrom(
  start: number,
  origin: Origin,
  levels: CompiledLevels,
  purpose: string,
): ProxyDecision | Promise<ProxyDecision> {
  for (let i = start; i < LEVELS.length; i += 1) {
    const level = own(levels, LEVELS[i] as (typeof LEVELS)[number]);
    if (level?.setting === undefined) continue;
    if (!level.setting.dynamic) return decideAtOnce(level, level.setting, origin);
    const decision = ask(level, level.setting, origin, purpose);
    if (isPromise(decision)) {
      return decision.then((made) => made ?? decideFrom(i + 1, origin, levels, purpose));
    }
    if (decision !== undefined) return decision;
  }
  return byEnvironment(origin, levels);
}

function byEnvironment(origin: Origin, levels: CompiledLevels): ProxyDecision {
  const noProxy = own(levels, 'call')?.noProxy ?? own(levels, 'instance')?.noProxy;
  return decideByEnvironment(origin, own(levels, 'env') ?? process.env, noProxy);
}
