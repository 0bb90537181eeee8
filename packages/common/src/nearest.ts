/** The known name that somebody most likely meant. */

/** Comparing takes quadratic time, and no option has a longer name. */
const LONGEST = 60;

/** The known name that a misspelt one was most likely meant to be; `undefined` where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = name.slice(0, LONGEST).toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const distance = distanceOf(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** A part of a name (`pass`, `proxy`) is as near as one wrong letter. */
function distanceOf(a: string, b: string): number {
  const part = Math.min(a.length, b.length) >= 3 && (a.includes(b) || b.includes(a));
  return part ? Math.min(1.5, editDistance(a, b)) : editDistance(a, b);
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
