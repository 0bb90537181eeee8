/** `Proxy-Authenticate` (RFC 9110 §11.6.1, §11.7.1): the schemes that a proxy offers, with their parameters. */

/** One challenge. */
export interface Challenge {
  /** As the proxy spells it; schemes are compared without case. */
  readonly scheme: string;
  /** What some schemes send instead of parameters: base64, as Negotiate does. */
  readonly token68: string | undefined;
  /** Lower-case names to values without their quotes; of a name that comes twice the first counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** No proxy offers more than this; the rest is not read. */
const MAX_CHALLENGES = 32;
const MAX_SHOWN = 8;

const BETWEEN = /[\t ,]*/y;
const SCHEME = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[\t ]+|(?=,|$))/y;
const TOKEN68 = /([A-Za-z0-9\-._~+/]+=*)[\t ]*(?=,|$)/y;
const PARAMETER =
  /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[\t ]*=[\t ]*(?:"((?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*)"|([!#-+\--~]*))[\t ]*(?=,|$)/y;
/** Up to the next comma outside of quotes; a quote that nobody closes takes all. */
const UNREADABLE = /(?:"(?:[^"\\]|\\.)*(?:"|\\?$)|[^",])+/sy;

/** Every challenge, in order; one value may contain several. What cannot be read is skipped. */
export function parseChallenges(values: readonly string[]): Challenge[] {
  const challenges: Challenge[] = [];
  for (const value of values) readValue(value.trim(), challenges);
  return challenges;
}

/** The names of the schemes, each once, for a message. */
export function schemesOf(challenges: readonly Challenge[]): string[] {
  const names = challenges.map(({ scheme }) => scheme).filter((scheme) => scheme.length <= 40);
  return [...new Set(names)].slice(0, MAX_SHOWN);
}

function readValue(value: string, challenges: Challenge[]): void {
  let at = 0;
  const read = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(value);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  read(BETWEEN);
  while (at < value.length && challenges.length < MAX_CHALLENGES) {
    const scheme = read(SCHEME)?.[1];
    if (scheme === undefined) {
      read(UNREADABLE);
    } else {
      const token68 = read(TOKEN68)?.[1];
      challenges.push({
        scheme,
        token68,
        parameters: token68 === undefined ? parameters(read) : new Map(),
      });
    }
    read(BETWEEN);
  }
}

/** The parameters of one challenge: it ends where a scheme follows, which no `=` does. */
function parameters(read: (pattern: RegExp) => RegExpExecArray | null): Map<string, string> {
  const found = new Map<string, string>();
  for (let next = read(PARAMETER); next !== null; next = read(PARAMETER)) {
    const name = (next[1] as string).toLowerCase();
    const value = next[2]?.replaceAll(/\\(.)/gs, '$1') ?? next[3] ?? '';
    if (!found.has(name)) found.set(name, value);
    read(BETWEEN);
  }
  return found;
}

/** The parameters of a header that is a list of them alone, such as `Proxy-Authentication-Info` (RFC 7616 §3.5). */
export function parseParameters(value: string): ReadonlyMap<string, string> {
  const challenges: Challenge[] = [];
  readValue(`Info ${value.trim()}`, challenges);
  return challenges[0]?.parameters ?? new Map();
}
