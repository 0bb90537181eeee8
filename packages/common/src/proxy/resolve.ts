/** The cascade as a function for everybody: which way would a request go? */
import { checkKeys, checkRecord, own } from '../option-keys.js';
import { originOf } from '../route/origin.js';
import type { CompiledLevels } from './cascade.js';
import { decide } from './cascade.js';
import type { ProxyDecision } from './decision.js';
import type { Environment } from './environment.js';
import type { ProxyLevel } from './level.js';
import { compileLevel } from './level.js';
import type { PlainHttpProxy } from './setting.js';

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
 * Which way a request to `target` would go, and why. No I/O. A promise only if a function answered with one.
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
  const given: object = levels;
  checkKeys(given, ['call', 'instance', 'env'], 'levels');
  const call = own(levels, 'call');
  const instance = own(levels, 'instance');
  const env = own(levels, 'env');
  if (call !== undefined) checkKeys(call, ['httpProxy', 'noProxy'], 'levels.call');
  if (instance !== undefined) checkKeys(instance, ['httpProxy', 'noProxy'], 'levels.instance');
  if (env !== undefined) checkRecord(env, 'levels.env', 'variables');
  return { call: compileLevel(call, 'call'), instance: compileLevel(instance, 'instance'), env };
}
