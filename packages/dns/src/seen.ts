const MAX_SHOWN = 80;

/** What was seen, for an error's message: quoted, escaped, and not longer than a line. */
export function seen(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
