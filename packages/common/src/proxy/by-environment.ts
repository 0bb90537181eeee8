/** The decision of the environment. The variables are read at each decision; the result is reused while they do not change. */
import { BoundedMap } from '../bounded-map.js';
import type { Origin } from '../route/origin.js';
import { ProxyServer } from '../route/proxy-server.js';
import type { ProxyDecision } from './decision.js';
import { newDecision } from './decision.js';
import type { Environment } from './environment.js';
import { noProxyVariable, proxyVariable } from './environment.js';
import type { NoProxy } from './no-proxy.js';
import { compileNoProxy } from './no-proxy.js';
import { readProxyUrl } from './url.js';
import { wordFor } from './url-mistakes.js';

/** No variable says anything. */
const DEFAULT: ProxyDecision = newDecision({
  candidates: ['direct'],
  decidedBy: 'default',
  warnings: [],
});

/** The variables and the decisions made from them, reused while the variables do not change. */
interface EnvironmentSaid {
  readonly variable: string;
  readonly value: string;
  readonly noProxy: NoProxy | undefined;
  /** If the list came from a variable: its name and text. */
  readonly listName: string | undefined;
  readonly listText: string | undefined;
  proxy: ProxyServer | undefined;
  readonly decisions: BoundedMap<Origin, ProxyDecision>;
}

/** How many different environments are remembered, the latest first. */
const MAX_ENVIRONMENTS = 32;
const MAX_DECISIONS = 16_384;
const said: EnvironmentSaid[] = [];

/**
 * The decision of the environment, or that no variable says anything.
 * @param given the nearest list from the options: it replaces NO_PROXY
 * @throws ConfigurationError if the chosen variable is no proxy URL, and no entry bypasses the target.
 */
export function decideByEnvironment(
  origin: Origin,
  env: Environment,
  given: NoProxy | undefined,
): ProxyDecision {
  const chosen = proxyVariable(env, origin.protocol);
  if (chosen === undefined) return DEFAULT;
  const list = given === undefined ? noProxyVariable(env) : undefined;
  const heard = remember(chosen.name, chosen.value, given, list?.name, list?.value);
  let decision = heard.decisions.get(origin);
  if (decision === undefined) {
    const bypassedBy = heard.noProxy?.match(origin);
    const candidate =
      bypassedBy === undefined
        ? (heard.proxy ??= new ProxyServer(readProxyUrl(heard.value, heard.variable)))
        : 'direct';
    decision = newDecision({
      candidates: [candidate],
      decidedBy: 'env',
      variable: heard.variable,
      bypassedBy,
      warnings: [...wordsIn(heard), ...(heard.noProxy?.warnings ?? [])],
    });
    heard.decisions.set(origin, decision);
  }
  return decision;
}

/** `http_proxy=false` names a host: it never goes direct silently, and is said aloud instead. */
function wordsIn({ variable, value }: EnvironmentSaid): readonly string[] {
  const word = wordFor(value.trim());
  return word === undefined
    ? []
    : [`${variable}: "${word}" is read as the name of a host; for no proxy unset the variable`];
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
      if (i > 0) {
        said.splice(i, 1);
        said.unshift(known);
      }
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
