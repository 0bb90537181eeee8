/** One level of the cascade: its proxy setting, its list of targets to bypass, and the decisions made from them. */
import { BoundedMap } from '../bounded-map.js';
import { own } from '../option-keys.js';
import type { Origin } from '../route/origin.js';
import type { ProxyDecision } from './decision.js';
import type { NoProxy } from './no-proxy.js';
import { compileNoProxy } from './no-proxy.js';
import { Remembered } from './remembered.js';
import type { CompiledSetting, HttpProxy } from './setting.js';
import { compileSetting } from './setting.js';

/** What one level of the cascade says. */
export interface ProxyLevel {
  /** `undefined`: ask the next level. */
  readonly httpProxy?: HttpProxy | undefined;
  /** Targets that are not proxied, by the rules of NO_PROXY; `[]` and `''` are an empty list. */
  readonly noProxy?: string | readonly string[] | undefined;
}

/** One level of the cascade, read and validated. */
export interface CompiledLevel {
  readonly name: 'call' | 'instance';
  readonly setting: CompiledSetting | undefined;
  readonly noProxy: NoProxy | undefined;
  /** The decision for each origin, if no function has to be asked. */
  readonly decisions: BoundedMap<Origin, ProxyDecision>;
  /** For each answer of a function, the level that has this answer as its setting. */
  readonly answers: WeakMap<CompiledSetting, CompiledLevel>;
}

/** How many origins a level remembers. */
const MAX_DECISIONS = 16_384;

const silent = {
  call: newLevel('call', undefined, undefined),
  instance: newLevel('instance', undefined, undefined),
};
const levels = {
  call: new Remembered<CompiledLevel>(256),
  instance: new Remembered<CompiledLevel>(256),
};
const noProxies = new Remembered<NoProxy>(256);
/** Levels by their two parts; a part that is not given is `NOTHING`. */
const composed = {
  call: new WeakMap<object, WeakMap<object, CompiledLevel>>(),
  instance: new WeakMap<object, WeakMap<object, CompiledLevel>>(),
};
const NOTHING = Object.freeze({});

/**
 * Reads what a level says. Equal levels are read once.
 * @throws ConfigurationError that names the option, what was seen (without secrets), and the remedy.
 */
export function compileLevel(
  level: ProxyLevel | undefined,
  name: 'call' | 'instance',
): CompiledLevel {
  if (level === undefined) return silent[name];
  const httpProxy = own(level, 'httpProxy');
  const noProxy = own(level, 'noProxy');
  if (httpProxy === undefined && noProxy === undefined) return silent[name];
  return levels[name].of([httpProxy, noProxy], () =>
    composeLevel(
      name,
      httpProxy === undefined ? undefined : compileSetting(httpProxy, 'httpProxy'),
      noProxy === undefined
        ? undefined
        : noProxies.of([noProxy], () => compileNoProxy(noProxy, 'noProxy')),
    ),
  );
}

/** The level made of two parts that were read before; equal parts give the same level. */
export function composeLevel(
  name: 'call' | 'instance',
  setting: CompiledSetting | undefined,
  noProxy: NoProxy | undefined,
): CompiledLevel {
  if (setting === undefined && noProxy === undefined) return silent[name];
  const first = setting ?? NOTHING;
  let bySecond = composed[name].get(first);
  if (bySecond === undefined) composed[name].set(first, (bySecond = new WeakMap()));
  let level = bySecond.get(noProxy ?? NOTHING);
  if (level === undefined) {
    level = newLevel(name, setting, noProxy);
    bySecond.set(noProxy ?? NOTHING, level);
  }
  return level;
}

function newLevel(
  name: 'call' | 'instance',
  setting: CompiledSetting | undefined,
  noProxy: NoProxy | undefined,
): CompiledLevel {
  return Object.freeze({
    name,
    setting,
    noProxy,
    decisions: new BoundedMap<Origin, ProxyDecision>(MAX_DECISIONS),
    answers: new WeakMap<CompiledSetting, CompiledLevel>(),
  });
}

/** The level to use after its one function gave this answer. */
export function answered(level: CompiledLevel, setting: CompiledSetting): CompiledLevel {
  let known = level.answers.get(setting);
  if (known === undefined) {
    known = newLevel(level.name, setting, level.noProxy);
    level.answers.set(setting, known);
  }
  return known;
}
