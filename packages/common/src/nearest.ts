/** The known name that somebody most likely meant. */

/** Comparing takes quadratic time, and no option has a longer name. */
const LONGEST = 60;

/** What other clients call a thing: the names in lower case, the known member, and how it is written here. */
const SYNONYMS: readonly (readonly [names: readonly string[], known: string, write: string])[] = [
  [
    ['username', 'user', 'password', 'pass', 'auth', 'proxyauth'],
    'credentials',
    'credentials: { username, password }',
  ],
  [['token'], 'credentials', 'credentials: { token }'],
  [['authorization'], 'credentials', 'credentials: { authorization }'],
  [
    ['host', 'hostname', 'port', 'protocol', 'server', 'address', 'uri', 'href'],
    'url',
    "url: 'http://host:port'",
  ],
  [['ca', 'cacert', 'cert', 'rejectunauthorized', 'servername'], 'tls', 'tls: { ca }'],
  [['retries', 'maxretries', 'attempts', 'maxattempts'], 'retry', 'retry: { attempts }'],
  [
    ['agent', 'httpagent', 'httpsagent', 'dispatcher', 'proxyagent'],
    'httpProxy',
    "httpProxy: 'http://host:port'",
  ],
  [['baseurl', 'url', 'host', 'hostname', 'server'], 'endpoint', "endpoint: 'https://host'"],
];

/** How a thing is written here that others call by this name; `undefined` where the options have no such thing. */
export function meant(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  return SYNONYMS.find(([names, member]) => known.includes(member) && names.includes(wanted))?.[2];
}

/** The known name that a misspelt one was most likely meant to be; `undefined` where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = name.slice(0, LONGEST).toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const distance = distanceOf(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** A part of a name (`pass`, `proxy`) is as near as one wrong letter, and so are swapped ones (`ulr`). */
function distanceOf(a: string, b: string): number {
  if (sorted(a) === sorted(b)) return a === b ? 0 : 1;
  const part = Math.min(a.length, b.length) >= 3 && (a.includes(b) || b.includes(a));
  return part ? Math.min(1.5, editDistance(a, b)) : editDistance(a, b);
}

function sorted(name: string): string {
  return [...name].sort().join('');
}

/** Levenshtein's distance: insertions, deletions and replacements of one character. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
