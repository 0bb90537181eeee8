/** What to write instead of a value that a header cannot carry. Shows nothing of it. */
export function headerRemedy(value: unknown): string {
  if (Array.isArray(value)) return "Join a list: value.join(', ').";
  if (value instanceof Date) return 'Write a date as text: value.toUTCString().';
  if (typeof value !== 'string') return 'Give a text: String(value).';
  return trimRemedy(value) ?? 'Encode the value, for instance by encodeURIComponent.';
}

/** If only the white space around a value stands in the way, how to remove it. */
export function trimRemedy(value: string): string | undefined {
  const trimmed = value.trim();
  return trimmed !== value && !/\p{Cc}/u.test(trimmed)
    ? 'A file that is read whole ends in a line break: .trim() removes it.'
    : undefined;
}
