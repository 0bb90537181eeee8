/** Headers as a flat list, `[name, value, name, value, …]`: how every layer passes them on. */

/**
 * The index of the next header of a name, or -1. Names are case-insensitive.
 * @param from the index of the name to begin with
 */
export function indexOfName(flat: readonly string[], name: string, from = 0): number {
  const { length } = name;
  let lower: string | undefined;
  for (let i = from; i < flat.length; i += 2) {
    const candidate = flat[i] as string;
    // Most names differ in length already. Lower-casing allocates, so it waits until the lengths agree.
    if (candidate.length !== length) continue;
    if (candidate === name) return i;
    lower ??= name.toLowerCase();
    if (candidate.toLowerCase() === lower) return i;
  }
  return -1;
}
