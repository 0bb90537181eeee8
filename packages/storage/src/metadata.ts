/** A user's own metadata: what every provider gives back unchanged. */
import { ConfigurationError } from '@sdk/common';

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const MAX_BYTES = 2048;

/**
 * Metadata with lower-case names.
 *
 * Metadata travels in headers, so a name is a token (RFC 9110 §5.6.2) and a value printable ASCII without blanks at its
 * ends; anything else would come back changed from one provider or another. An empty value is refused because Swift
 * reads it as a deletion. All names and values together may have 2 KiB, which is what S3 keeps.
 * @throws ConfigurationError names the entry, never its value.
 */
export function checkedMetadata(
  metadata: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  if (metadata === undefined) return {};
  if (typeof metadata !== 'object' || (metadata as unknown) === null || Array.isArray(metadata)) {
    throw new ConfigurationError('metadata is not a record of names and values', {
      field: 'metadata',
    });
  }
  const checked = new Map<string, string>();
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata as Record<string, unknown>)) {
    const field = `metadata.${name}`;
    if (!NAME.test(name)) {
      throw new ConfigurationError(
        `metadata has the name ${JSON.stringify(name)}: use letters, digits and "-" only, it travels as a header's name`,
        { field: 'metadata' },
      );
    }
    if (typeof value !== 'string' || !VALUE.test(value)) {
      throw new ConfigurationError(
        `${field} is not printable ASCII of at least one character without blanks at its ends; encode it first, such as with encodeURIComponent`,
        { field },
      );
    }
    const lower = name.toLowerCase();
    if (checked.has(lower)) {
      throw new ConfigurationError(
        `metadata has ${JSON.stringify(lower)} twice: its names are case-insensitive`,
        { field },
      );
    }
    checked.set(lower, value);
    bytes += lower.length + value.length;
  }
  if (bytes > MAX_BYTES) {
    throw new ConfigurationError(
      `metadata has ${bytes} bytes; all names and values together may have ${MAX_BYTES}`,
      { field: 'metadata' },
    );
  }
  return Object.fromEntries(checked);
}

/**
 * A content type, checked to be one header value in visible ASCII.
 * @throws ConfigurationError
 */
export function checkedContentType(contentType: string | undefined): string | undefined {
  if (contentType === undefined) return undefined;
  if (typeof contentType !== 'string' || !VALUE.test(contentType)) {
    throw new ConfigurationError(
      'contentType is not a media type such as text/plain; charset=utf-8',
      { field: 'contentType' },
    );
  }
  return contentType;
}

/** What an object is taken for where nobody said what it is. */
export const DEFAULT_CONTENT_TYPE = 'application/octet-stream';
