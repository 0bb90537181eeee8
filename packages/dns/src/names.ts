/**
 * Domain names: presentation format (RFC 1035 §5.1, escapes included) in, one canonical spelling out.
 * Names are taken apart into labels, since an escaped dot is no end of a label.
 */
import { domainToASCII } from 'node:url';
import { ConfigurationError, kindOf, quoted } from '@sdk/common';

const MAX_LABEL = 63;
/** Octets on the wire, each label's length and the root included (RFC 1035 §3.1): 253 characters in print. */
const MAX_WIRE = 255;

/** The labels of a name, one character per octet, lower case. */
interface Name {
  readonly labels: readonly string[];
  /** Written with a dot at the end. */
  readonly absolute: boolean;
}

/**
 * A zone's name in canonical spelling: lower case, A-labels, without the dot at the end; the root is `.`.
 * @throws ConfigurationError where it is no name.
 */
export function canonicalZoneName(text: string, field = 'name'): string {
  const { labels } = parseName(text, field);
  if (labels.length === 0 && text !== '.') {
    throw bad(field, text, 'is no zone name; write it as example.org');
  }
  return withoutDot(print(labels));
}

/**
 * The name of a record set, relative to its zone; the apex is `''`. `@` is the apex too, and an absolute name (with its
 * dot at the end) is made relative.
 * @throws ConfigurationError where it is no name, lies outside the zone, or is too long within it.
 */
export function ownerName(text: string, zone: string, field = 'name'): string {
  if (text === '@') return '';
  const name = parseName(text, field);
  const zoneLabels = labelsOf(zone);
  if (!name.absolute) {
    checkLength([...name.labels, ...zoneLabels], field, text);
    return printRelative(name.labels);
  }
  const relative = relativeLabels(name.labels, zoneLabels);
  if (relative === undefined) {
    throw bad(
      field,
      text,
      `is not in the zone ${zone}; a name without a dot at the end is relative to it`,
    );
  }
  return printRelative(relative);
}

/**
 * As `ownerName`, for names that are written: one that repeats the zone's name without a dot at the end is refused, since
 * it would become `www.example.org.example.org`.
 */
export function writtenOwnerName(text: string, zone: string, field = 'name'): string {
  const relative = ownerName(text, zone, field);
  const doubled = relativeLabels(labelsOf(relative), labelsOf(zone));
  if (doubled !== undefined && labelsOf(zone).length > 1 && !isAbsolute(text)) {
    const short = `'${printRelative(doubled)}'`;
    throw bad(
      field,
      text,
      `is relative to the zone ${zone}, so it would end in ${zone} twice; write ${short}, or the whole name with a dot at the end`,
    );
  }
  return relative;
}

/** The absolute spelling of a relative name, with its dot at the end: `www` in `example.org` is `www.example.org.`. */
export function absoluteName(relative: string, zone: string): string {
  return print([...labelsOf(relative), ...labelsOf(zone)]);
}

/** A provider's absolute name (dot at the end or not) relative to its zone; `undefined` where it lies outside. */
export function relativeName(absolute: string, zone: string): string | undefined {
  const labels = relativeLabels(labelsOf(absolute), labelsOf(zone));
  if (labels === undefined) return undefined;
  return printRelative(labels);
}

/**
 * A host name within a value, in canonical spelling with its dot at the end.
 * @param origin what a name without a dot is relative to (`example.org`); without it such a name is refused, since one
 *   provider would read it as absolute and the next one as relative.
 */
export function hostName(text: string, field: string, origin?: string): string {
  if (text === '@' && origin !== undefined) return print(labelsOf(origin));
  const name = parseName(text, field);
  if (name.absolute) return print(name.labels);
  if (origin === undefined) {
    throw bad(field, text, `lacks the dot at the end of a whole name; write ${quoted(`${text}.`)}`);
  }
  const labels = [...name.labels, ...labelsOf(origin)];
  checkLength(labels, field, text);
  return print(labels);
}

function isAbsolute(text: string): boolean {
  return parseName(text, 'name').absolute;
}

function labelsOf(name: string): readonly string[] {
  return name === '' ? [] : parseName(name, 'name').labels;
}

function relativeLabels(
  labels: readonly string[],
  zone: readonly string[],
): readonly string[] | undefined {
  const cut = labels.length - zone.length;
  return cut >= 0 && zone.every((label, index) => labels[cut + index] === label)
    ? labels.slice(0, cut)
    : undefined;
}

/** Nearly every name: nothing to unescape, no label too long. A shorter way to what the loop below comes to. */
const PLAIN = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/i;

function parseName(text: string, field: string): Name {
  if (typeof text !== 'string') {
    throw new ConfigurationError(`${field} must be a string, not ${kindOf(text)}`, { field });
  }
  if (text === '' || text === '.') return { labels: [], absolute: text === '.' };
  if (PLAIN.test(text)) {
    const absolute = text.endsWith('.');
    const labels = (absolute ? text.slice(0, -1) : text).toLowerCase().split('.');
    checkLength(labels, field, text);
    return { labels, absolute };
  }
  const labels: string[] = [];
  let label = '';
  let unicode = false;
  let escaped = false;
  const end = (): void => {
    const octets = unicode
      ? toAscii(label, escaped, field, text)
      : label.replace(/[A-Z]+/g, (part) => part.toLowerCase());
    if (octets === '')
      throw bad(field, text, 'has an empty label: two dots in a row, or one at the start');
    if (octets.length > MAX_LABEL) {
      throw bad(
        field,
        text,
        `has a label of ${octets.length} characters; ${MAX_LABEL} are allowed`,
      );
    }
    labels.push(octets);
    label = '';
    unicode = false;
    escaped = false;
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === '.') {
      end();
      if (at === text.length - 1) {
        checkLength(labels, field, text);
        return { labels, absolute: true };
      }
    } else if (char === '\\') {
      const [octet, length] = unescape(text, at, field);
      label += octet;
      escaped = true;
      at += length;
    } else if (/[\x00-\x20\x7f]/.test(char)) {
      throw bad(field, text, 'has a control character or a space in it');
    } else {
      unicode ||= char > '\x7f';
      label += char;
    }
  }
  end();
  checkLength(labels, field, text);
  return { labels, absolute: false };
}

/** The character behind a backslash and how many characters it took. */
function unescape(text: string, at: number, field: string): [char: string, length: number] {
  const decimal = /^\d{3}/.exec(text.slice(at + 1, at + 4));
  if (decimal !== null) {
    const octet = Number(decimal[0]);
    if (octet > 255) throw bad(field, text, `has the escape \\${decimal[0]}; \\255 is the last`);
    return [String.fromCharCode(octet), 3];
  }
  const char = text[at + 1];
  if (char === undefined || !/[\x20-\x7e]/.test(char))
    throw bad(field, text, 'has a backslash that escapes nothing');
  return [char, 1];
}

/** What IDNA leaves as it is in a label with Unicode. */
const BESIDE_UNICODE = /^[A-Za-z0-9_*\x80-\uffff-]*$/;

function toAscii(label: string, escaped: boolean, field: string, text: string): string {
  // `domainToASCII` reads a host as URLs have them: it would end the name at `/`, `?`, `#` or `:`, and decode `%61`.
  if (escaped || !BESIDE_UNICODE.test(label)) {
    throw bad(
      field,
      text,
      'has a label in which Unicode stands beside an escape, or beside a character other than letters, digits, "-", "_" and "*"; such a label has no spelling in ASCII',
    );
  }
  const ascii = domainToASCII(label);
  // U+3002 and its like are dots to IDNA: one label would become two.
  if (ascii === '' || ascii.includes('.'))
    throw bad(field, text, 'has a label that IDNA cannot write in ASCII');
  return ascii;
}

function checkLength(labels: readonly string[], field: string, text: string): void {
  const octets = labels.reduce((sum, label) => sum + label.length + 1, 1);
  if (octets > MAX_WIRE) {
    throw bad(
      field,
      text,
      `is a name of ${octets - 2} characters; 253 are allowed, those of the zone included`,
    );
  }
}

/** The special characters of master files are escaped, and so is what cannot be printed (as BIND does). */
function print(labels: readonly string[]): string {
  if (labels.length === 0) return '.';
  return labels.map((label) => `${label.replace(/[^!-~]|[".();@$\\]/g, escape)}.`).join('');
}

function escape(char: string): string {
  const octet = char.charCodeAt(0);
  return octet > 0x20 && octet < 0x7f ? `\\${char}` : `\\${String(octet).padStart(3, '0')}`;
}

function printRelative(labels: readonly string[]): string {
  return labels.length === 0 ? '' : withoutDot(print(labels));
}

/** Takes the dot at the end off a printed name (where it is never an escaped one); the root keeps it. */
function withoutDot(name: string): string {
  return name === '.' ? name : name.slice(0, -1);
}

function bad(field: string, text: string, wrong: string): ConfigurationError {
  return new ConfigurationError(`${field} ${quoted(text)} ${wrong}`, { field });
}
