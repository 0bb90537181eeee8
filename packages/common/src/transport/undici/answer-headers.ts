/** The headers of an answer as a flat list of text. */

/**
 * Names and values in the order and spelling in which they came; node, too, reads them as latin1.
 * @param raw what undici's controller holds
 */
export function headerList(raw: unknown): string[] {
  const parts = raw as readonly Buffer[];
  const list = new Array<string>(parts.length);
  for (let i = 0; i < parts.length; i += 1) list[i] = (parts[i] as Buffer).toString('latin1');
  return list;
}
