/** XML for requests. */
import { ConfigurationError } from '../../errors.js';
import { kindOf } from '../../option-keys.js';

/** What an element may hold: a text, nothing (`null`), children by name, or a list that repeats it. */
export type XmlValue =
  string | number | boolean | null | undefined | XmlRecord | readonly XmlValue[];
/** Children by name, in order; members that are `undefined` are left out. */
export interface XmlRecord {
  readonly [name: string]: XmlValue;
}

const NAME = /^[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?$/;
/** XML 1.0 §2.2 has no way to write these, not even as references. */
const UNWRITABLE =
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // A parser would turn these into line feeds or spaces (XML 1.0 §2.11, §3.3.3).
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/**
 * A document with one root element.
 * @param attributes of the root: `{ xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/' }`.
 * @throws ConfigurationError for a character that XML cannot carry, and for a name that is none.
 */
export function buildXml(
  root: string,
  value: XmlValue,
  attributes: Readonly<Record<string, string>> = {},
): string {
  const attributeText = Object.keys(attributes)
    .map((name) => ` ${checkedName(name)}="${escape(attributes[name] as string, /[&<>"\r\n\t]/g)}"`)
    .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, value, attributeText)}`;
}

function element(name: string, value: XmlValue, attributes = ''): string {
  if (value === undefined) return '';
  if (Array.isArray(value))
    return (value as readonly XmlValue[]).map((each) => element(name, each)).join('');
  return `<${checkedName(name)}${attributes}>${content(value)}</${name}>`;
}

function content(value: XmlValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return escape(value, /[&<>\r]/g);
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  if (typeof value !== 'object') {
    throw new ConfigurationError(`XML cannot carry ${kindOf(value)}`, { field: 'body' });
  }
  const record = value as XmlRecord;
  return Object.keys(record)
    .map((name) => element(name, record[name]))
    .join('');
}

function escape(text: string, special: RegExp): string {
  if (UNWRITABLE.test(text)) {
    throw new ConfigurationError('A text holds a character that XML cannot carry', {
      field: 'body',
      hint: 'Control characters but for tab, line feed and carriage return cannot be sent to this API.',
    });
  }
  return text.replace(special, (char) => ESCAPES[char] as string);
}

function checkedName(name: string): string {
  if (NAME.test(name)) return name;
  throw new ConfigurationError(`${JSON.stringify(name)} can be no name of an XML element`, {
    field: 'body',
  });
}
