/** Percent-decoding that never fails: a password like `100%` is common, and an error helps nobody. */

/** Decodes what is well-formed UTF-8, and keeps the rest as it is written. */
export function decodePercent(text: string): string {
  return text.includes('%') ? text.replace(/(?:%[0-9a-f]{2})+/gi, decodeRun) : text;
}

function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    let decoded = '';
    for (let i = 0; i < run.length;) {
      const length = sequenceLength(Number.parseInt(run.slice(i + 1, i + 3), 16)) * 3;
      const sequence = run.slice(i, i + length);
      const character = sequence.length === length ? tryDecode(sequence) : undefined;
      decoded += character ?? run.slice(i, i + 3);
      i += character === undefined ? 3 : length;
    }
    return decoded;
  }
}

/** How many bytes a UTF-8 sequence has, by its first one (RFC 3629, section 3). */
function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

function tryDecode(sequence: string): string | undefined {
  try {
    return decodeURIComponent(sequence);
  } catch {
    return undefined;
  }
}
