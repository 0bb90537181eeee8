import { explainProxy } from '@sdk/common';
import type { PlainProxyLevel, ProxyExplanation } from '@sdk/common';
import type { Proxy } from '@sdk/testing';
import type { ProxyName } from './books.js';

/** What each level of the cascade says for one call: the same values that the driver is given. */
export interface Levels {
  readonly call?: PlainProxyLevel | undefined;
  readonly instance?: PlainProxyLevel | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** What the cascade answers for one call, in the words of the table. */
export interface Verdict {
  /** The level that decided: `call`, `instance`, `env` or `default`. */
  readonly decidedBy: string;
  readonly why: string;
  readonly way: 'direct' | 'forward' | 'tunnel';
  readonly proxy: ProxyName | null;
}

/** `instance says B (call: nothing), over env: https_proxy is set`. */
function sentence({ levels, decidedBy }: ProxyExplanation): string {
  const at = levels.findIndex(({ decided }) => decided);
  const { said, why } = levels[at] ?? { said: 'nothing', why: '' };
  // The environment has NO_PROXY to tell of; the others, what they outrank.
  if (decidedBy === 'env') return `env says ${said}, ${why.replace(/^no level above .*?, /, '')}`;
  const silent = levels.slice(0, at).map(({ level }) => `${level}: nothing`);
  const over = levels
    .slice(at + 1)
    .filter((each) => each.level !== 'default' && each.said !== 'nothing')
    .map((each) => `${each.level}: ${each.said}`);
  return [
    `${decidedBy} says ${said}`,
    silent.length > 0 ? ` (${silent.join(', ')})` : '',
    over.length > 0 ? `, over ${over.join(', ')}` : '',
  ].join('');
}

/** Asks the cascade, which does no I/O, which way a call to this origin takes. */
export function verdict(
  origin: string,
  levels: Levels,
  proxies: Readonly<Record<ProxyName, Proxy>>,
): Verdict {
  const explanation = explainProxy(origin, levels);
  const { proxy: url, decidedBy } = explanation;
  let why = sentence(explanation);
  for (const name of ['A', 'B', 'C'] as const) why = why.replaceAll(proxies[name].url, name);
  if (url === null) return { decidedBy, why, way: 'direct', proxy: null };
  const proxy = (['A', 'B', 'C'] as const).find((name) => proxies[name].url === url);
  if (!proxy) throw new Error(`the cascade names ${url}, which is none of the three proxies`);
  return { decidedBy, why, way: origin.startsWith('https:') ? 'tunnel' : 'forward', proxy };
}
