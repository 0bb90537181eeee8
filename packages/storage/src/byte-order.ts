/** How `a` and `b` stand in the order of their UTF-8 bytes, which is not that of JavaScript's strings. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
