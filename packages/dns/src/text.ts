/**
 * The text of TXT records. Drivers speak of plain text; the wire wants character strings of at most 255 octets, quoted,
 * with escapes (RFC 1035 §3.3.14, §5.1). Several strings of one record are one text (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
 */
import { ConfigurationError, quoted } from '@sdk/common';
import { splitFields } from './fields.js';

const MAX_STRING = 255;
/** Octets that a record's data may have, the length octet of each string included. */
const MAX_DATA = 65_535;

/** Whether values of this type are plain text in models and quoted strings at the wire. */
export function isTextType(type: string): boolean {
  return type === 'TXT' || type === 'SPF';
}

/**
 * Plain text as quoted strings: `"v=spf1 -all"`; beyond 255 octets several, separated by spaces.
 * @throws ConfigurationError where it does not fit into one record, or is no Unicode.
 */
export function quoteText(text: string, field = 'value'): string {
  const octets = toOctets(text, field);
  const strings: string[] = [];
  for (let at = 0; at < octets.length || strings.length === 0; at += MAX_STRING) {
    strings.push(`"${[...octets.subarray(at, at + MAX_STRING)].map(escapeOctet).join('')}"`);
  }
  if (octets.length + strings.length > MAX_DATA) {
    throw new ConfigurationError(
      `${field} has ${octets.length} octets, more than one record can hold (${MAX_DATA})`,
      { field },
    );
  }
  return strings.join(' ');
}

/**
 * The plain text of one or more strings, quoted or not. Octets that are no UTF-8 become the lone surrogates U+DC80 to
 * U+DCFF, so that what was read can be written again unchanged.
 * @throws ConfigurationError where a quote is not closed or an escape is none.
 */
export function unquoteText(strings: string, field = 'value'): string {
  const octets = splitFields(strings, field).map((part) => {
    const inner = part.startsWith('"') ? part.slice(1, -1) : part;
    return unescapeOctets(inner, strings, field);
  });
  return fromOctets(Buffer.concat(octets));
}

function escapeOctet(octet: number): string {
  if (octet === 0x22 || octet === 0x5c) return `\\${String.fromCharCode(octet)}`;
  if (octet >= 0x20 && octet < 0x7f) return String.fromCharCode(octet);
  return `\\${String(octet).padStart(3, '0')}`;
}

function unescapeOctets(inner: string, whole: string, field: string): Buffer {
  const parts: Buffer[] = [];
  for (const [part] of inner.matchAll(/\\\d{3}|\\[^]|[^\\]+|\\$/g)) {
    if (
      part === '\\' ||
      (part.length === 4 && part.startsWith('\\') && Number(part.slice(1)) > 255)
    ) {
      throw new ConfigurationError(
        `${field} ${quoted(whole)} has an escape that is none; \\000 to \\255 are`,
        {
          field,
        },
      );
    }
    if (!part.startsWith('\\')) parts.push(Buffer.from(part, 'utf8'));
    else if (part.length === 4) parts.push(Buffer.from([Number(part.slice(1))]));
    else parts.push(Buffer.from(part.slice(1), 'utf8'));
  }
  return Buffer.concat(parts);
}

function toOctets(text: string, field: string): Buffer {
  if (!/\p{Cs}/u.test(text)) return Buffer.from(text, 'utf8');
  return Buffer.concat(
    Array.from(text, (char) => {
      const code = char.codePointAt(0) as number;
      if (code >= 0xdc80 && code <= 0xdcff) return Buffer.from([code - 0xdc00]);
      if (code >= 0xd800 && code <= 0xdfff) {
        throw new ConfigurationError(
          `${field} ${quoted(text)} has half of a surrogate pair in it`,
          {
            field,
          },
        );
      }
      return Buffer.from(char, 'utf8');
    }),
  );
}

function fromOctets(octets: Buffer): string {
  const text = octets.toString('utf8');
  if (!text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(octets)) return text;
  let result = '';
  for (let at = 0; at < octets.length;) {
    const length = sequenceLength(octets, at);
    if (length === 0) result += String.fromCharCode(0xdc00 + (octets[at] as number));
    else result += octets.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return result;
}

/** How many octets the UTF-8 character at a place takes; 0 where there is none. */
function sequenceLength(octets: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= octets.length; length += 1) {
    const piece = octets.subarray(at, at + length);
    const char = piece.toString('utf8');
    if (Buffer.from(char, 'utf8').equals(piece) && [...char].length === 1) return length;
  }
  return 0;
}
