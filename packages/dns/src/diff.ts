import { setId } from './check.js';
import type { RecordSetInput, ZoneDiff } from './models.js';

/**
 * What to change so that a zone holds the desired sets and no others. The order of values means nothing.
 *
 * The SOA is left alone, since its serial is the provider's, and so is the apex's NS unless the desired sets have one: no
 * zone works without them.
 */
export function diffRecordSets(
  current: Iterable<RecordSetInput>,
  desired: Iterable<RecordSetInput>,
): ZoneDiff {
  const left = new Map<string, RecordSetInput>();
  for (const set of current) if (set.type !== 'SOA') left.set(setId(set), set);
  const upsert: RecordSetInput[] = [];
  for (const { name, type, ttl, values } of desired) {
    if (type === 'SOA') continue;
    const now = left.get(setId({ name, type }));
    left.delete(setId({ name, type }));
    if (now === undefined || now.ttl !== ttl || !sameValues(now.values, values)) {
      upsert.push({ name, type, ttl, values });
    }
  }
  const gone = [...left.values()].filter(({ name, type }) => name !== '' || type !== 'NS');
  return { upsert, delete: gone.map(({ name, type }) => ({ name, type })) };
}

function sameValues(a: readonly string[], b: readonly string[]): boolean {
  const values = new Set(a);
  return values.size === new Set(b).size && b.every((value) => values.has(value));
}
