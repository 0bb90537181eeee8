const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** A time of a zone file in seconds: `3600`, or with the units of BIND: `1h30m`. `undefined` where it is neither. */
export function parseSeconds(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  if (!/^(\d{1,10}[smhdw])+$/i.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdw])/gi)) {
    seconds += Number(count) * (UNITS[(unit as string).toLowerCase()] as number);
  }
  return seconds;
}
