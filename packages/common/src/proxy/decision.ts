/** The answer of the cascade. */
import type { DecidedBy, DecisionFacts } from '../facts.js';
import type { Origin } from '../route/origin.js';
import type { ProxyServer } from '../route/proxy-server.js';

/** One way to try: over a proxy, or direct. */
export type ProxyCandidate = ProxyServer | 'direct';

/** Which way a request goes, and why. Frozen. */
export interface ProxyDecision {
  /** The proxy to try first; `undefined`: direct. */
  readonly proxy: ProxyServer | undefined;
  /** What to try, in order: the first is `proxy`, or `'direct'`. */
  readonly candidates: readonly ProxyCandidate[];
  /** The first level that said something. */
  readonly decidedBy: DecidedBy;
  /** The environment variable that was chosen, where the environment decided. */
  readonly variable?: string | undefined;
  /** The entry of the NO_PROXY list that bypassed the proxy, as written. */
  readonly bypassedBy?: string | undefined;
  /** A sentence for each entry of the list that could not be read. */
  readonly warnings: readonly string[];
  /** The PAC file that named the candidates, as `ProxyServer.href` shows it; never of `resolveProxy`, which asks no file. */
  readonly pac?: string | undefined;
}

const facts = new WeakMap<ProxyDecision, DecisionFacts>();

/** A decision as errors, events and logs carry it: JSON-safe and without secrets. */
export function decisionFacts(
  origin: Origin,
  decision: ProxyDecision,
  used: ProxyCandidate = decision.proxy ?? 'direct',
): DecisionFacts {
  const first = used === (decision.proxy ?? 'direct');
  const known = first ? facts.get(decision) : undefined;
  if (known?.origin === origin.href) return known;
  const pac = decision.pac ?? fileOf(used);
  const made: DecisionFacts = Object.freeze({
    origin: origin.href,
    proxy: used === 'direct' ? null : used.href,
    decidedBy: decision.decidedBy,
    ...(decision.variable === undefined ? {} : { variable: decision.variable }),
    ...(decision.bypassedBy === undefined ? {} : { bypassedBy: decision.bypassedBy }),
    ...(pac === undefined ? {} : { pac }),
  });
  if (first) facts.set(decision, made);
  return made;
}

const NO_WARNINGS: readonly string[] = Object.freeze([]);

/** A frozen decision: its proxy is the first of the candidates. */
export function newDecision(made: Omit<ProxyDecision, 'proxy'>): ProxyDecision {
  const { candidates, decidedBy, variable, bypassedBy, warnings, pac } = made;
  const [first] = candidates;
  const decision: { -readonly [K in keyof ProxyDecision]: ProxyDecision[K] } = {
    proxy: first === 'direct' ? undefined : first,
    candidates: Object.freeze([...candidates]),
    decidedBy,
    warnings: warnings.length === 0 ? NO_WARNINGS : Object.freeze([...warnings]),
  };
  if (variable !== undefined) decision.variable = variable;
  if (bypassedBy !== undefined) decision.bypassedBy = bypassedBy;
  if (pac !== undefined) decision.pac = pac;
  return Object.freeze(decision);
}

/** If a PAC file could not be asked, the decision names the file itself. */
function fileOf(used: ProxyCandidate): string | undefined {
  return used === 'direct' || used.pac === undefined ? undefined : used.href;
}
