import type { RecordSetInput } from '../models.js';
import { canonicalZoneName } from '../names.js';
import { wireValue } from '../values.js';

/**
 * Writes record sets as a zone file that `parseZoneFile` and name servers read: `$ORIGIN`, then one record a line with
 * name, TTL, class, type and value, separated by tabs; the SOA first, the apex before the rest, names from the apex down.
 */
export function printZoneFile(zone: string, sets: Iterable<RecordSetInput>): string {
  const name = canonicalZoneName(zone, 'zone');
  const lines = [...sets].sort(inOrder).flatMap((set) => {
    const owner = set.name === '' ? '@' : set.name;
    return set.values.map(
      (value) => `${owner}\t${set.ttl}\tIN\t${set.type}\t${wireValue(set.type, value)}\n`,
    );
  });
  return `$ORIGIN ${name === '.' ? name : `${name}.`}\n${lines.join('')}`;
}

function inOrder(a: RecordSetInput, b: RecordSetInput): number {
  return compare(sortKey(a), sortKey(b));
}

/** Labels from the right, so that a name stands with those below it; SOA and NS before other types. */
function sortKey({ name, type }: RecordSetInput): string {
  const labels = name.split('.').reverse().join('\u0001');
  const rank = type === 'SOA' ? 0 : type === 'NS' ? 1 : 2;
  return `${labels}\u0000${rank}${type}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
