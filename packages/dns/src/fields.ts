import { ConfigurationError, quoted } from '@sdk/common';

/**
 * The fields of a value in presentation format, as written: separated by spaces or tabs, quoted strings whole and with
 * their quotes (within a word too, as in `alpn="h2,h3"`), escapes untouched.
 * @throws ConfigurationError where a quote is not closed.
 */
export function splitFields(value: string, field = 'value'): string[] {
  const fields: string[] = [];
  const pattern =
    /\s*("(?:[^"\\]|\\[^])*"|(?:[^\s"\\]|\\[^])(?:[^\s"\\]|\\[^]|"(?:[^"\\]|\\[^])*")*)/y;
  const end = value.trimEnd().length;
  let at = 0;
  while (at < end) {
    pattern.lastIndex = at;
    const match = pattern.exec(value);
    if (match === null) {
      throw new ConfigurationError(
        `${field} ${quoted(value)} has a quote that is not closed, or a backslash that escapes nothing`,
        { field },
      );
    }
    fields.push(match[1] as string);
    at = pattern.lastIndex;
  }
  return fields;
}
