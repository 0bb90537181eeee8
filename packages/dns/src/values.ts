/**
 * Values in presentation format, one canonical spelling for each, so that values may be compared as strings: one space
 * between fields, host names in lower case with their dot at the end, addresses and numbers in their shortest form.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { ConfigurationError, quoted } from '@sdk/common';
import { splitFields } from './fields.js';
import { hostName } from './names.js';
import { parseSeconds } from './seconds.js';
import { isTextType, quoteText, unquoteText } from './text.js';

type Field = 'host' | Size | 'seconds' | 'word' | 'quoted' | 'ipv4' | 'ipv6' | 'hex' | 'base64';

/** Unsigned numbers, by their bits. */
type Size = 'u8' | 'u16' | 'u32';

const MAX: Readonly<Record<Size, number>> = { u8: 255, u16: 65_535, u32: 4_294_967_295 };

/** The fields of a type, and one value that shows them. `hex` and `base64` take all that is left, without spaces. */
interface Layout {
  readonly fields: readonly Field[];
  readonly example: string;
}

const host: Layout = { fields: ['host'], example: 'www.example.org.' };
const preference: Layout = { fields: ['u16', 'host'], example: '10 mail.example.org.' };
const digest: Layout = { fields: ['u16', 'u8', 'u8', 'hex'], example: '60485 13 2 d2abde24' };
const certificate: Layout = { fields: ['u8', 'u8', 'u8', 'hex'], example: '3 1 1 d2abde24' };
const key: Layout = {
  fields: ['u16', 'u8', 'u8', 'base64'],
  example: '257 3 13 mdsswUyr',
};

/** RFC 1035 §3.3 and 3.4 and each later type's own RFC. Values of other types keep their fields as they are. */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  A: { fields: ['ipv4'], example: '192.0.2.1' },
  AAAA: { fields: ['ipv6'], example: '2001:db8::1' },
  AFSDB: preference,
  ALIAS: host,
  ANAME: host,
  CAA: { fields: ['u8', 'word', 'quoted'], example: '0 issue "ca.example.net"' },
  CDNSKEY: key,
  CDS: digest,
  CNAME: host,
  DNAME: host,
  DNSKEY: key,
  DS: digest,
  HTTPS: { fields: ['u16', 'host'], example: '1 . alpn="h2"' },
  KX: preference,
  MX: preference,
  NAPTR: {
    fields: ['u16', 'u16', 'quoted', 'quoted', 'quoted', 'host'],
    example: '100 10 "S" "SIP+D2U" "" _sip._udp.example.org.',
  },
  NS: host,
  OPENPGPKEY: { fields: ['base64'], example: 'mQENBF' },
  PTR: host,
  RP: { fields: ['host', 'host'], example: 'admin.example.org. text.example.org.' },
  SMIMEA: certificate,
  SOA: {
    fields: ['host', 'host', 'u32', 'seconds', 'seconds', 'seconds', 'seconds'],
    example: 'ns1.example.org. hostmaster.example.org. 1 10800 3600 604800 3600',
  },
  SRV: { fields: ['u16', 'u16', 'u16', 'host'], example: '10 5 5060 sip.example.org.' },
  SSHFP: { fields: ['u8', 'u8', 'hex'], example: '4 2 d2abde24' },
  SVCB: { fields: ['u16', 'host'], example: '1 svc.example.org.' },
  TLSA: certificate,
  URI: { fields: ['u16', 'u16', 'quoted'], example: '10 1 "https://example.org/"' },
};

const SINGLE: ReadonlySet<string> = new Set(['CNAME', 'DNAME', 'SOA']);

/**
 * A value of the user's in canonical spelling. TXT is returned as it is.
 * @param origin what host names without a dot at the end are relative to; without it they are refused.
 * @throws ConfigurationError where the value does not fit its type; the message shows one that does.
 */
export function canonicalValue(
  type: string,
  value: string,
  field = 'value',
  origin?: string,
): string {
  if (isTextType(type)) return value;
  const parts = splitFields(value, field);
  const layout = Object.hasOwn(LAYOUTS, type) ? LAYOUTS[type] : undefined;
  // RFC 3597 §5: any type may be written as raw octets.
  if (layout === undefined || parts[0] === '\\#') return parts.join(' ');
  const { fields, example } = layout;
  if (parts.length < fields.length || (parts.length > fields.length && isClosed(type, fields))) {
    const count = `${parts.length} ${parts.length === 1 ? 'field' : 'fields'}`;
    throw new ConfigurationError(
      `${field} ${quoted(value)} has ${count}, and ${type} has ${fields.length}; write it as ${quoted(example)}`,
      { field },
    );
  }
  const result = fields.map((kind, index) => {
    const rest = kind === 'hex' || kind === 'base64';
    const part = rest ? parts.slice(index).join('') : (parts[index] as string);
    return canonicalField(kind, part, { type, field, example }, origin);
  });
  const open = fields.at(-1) !== 'hex' && fields.at(-1) !== 'base64';
  return [...result, ...(open ? parts.slice(fields.length) : [])].join(' ');
}

/**
 * A set of a type that has one value only: an alias, or what a zone begins with (RFC 1034 §3.6.2, RFC 6672 §2.4, RFC 1035 §5.2).
 * @throws ConfigurationError where there are more.
 */
export function checkCount(type: string, values: readonly string[], field: string): void {
  if (values.length < 2 || !SINGLE.has(type)) return;
  throw new ConfigurationError(
    `${field} ${quoted(values.join(', '))} are ${values.length} values, and a ${type} has one; give that one`,
    { field },
  );
}

/** A value of a model in canonical spelling, or as it is where it fits no rule of ours: to compare by. */
export function comparableValue(type: string, value: string): string {
  try {
    return canonicalValue(type, value);
  } catch {
    return value;
  }
}

/** A provider's value in canonical spelling, or as it came where it fits no rule of ours. */
export function readValue(type: string, wire: string): string {
  try {
    return isTextType(type) ? unquoteText(wire) : canonicalValue(type, wire);
  } catch {
    return wire;
  }
}

/** A canonical value in the presentation format of the wire: a TXT is quoted and split, others are as they are. */
export function wireValue(type: string, value: string): string {
  return isTextType(type) ? quoteText(value) : value;
}

/** Service parameters may follow the fields of HTTPS and SVCB (RFC 9460 §2.1); nothing else has a tail. */
function isClosed(type: string, fields: readonly Field[]): boolean {
  const last = fields.at(-1);
  return type !== 'HTTPS' && type !== 'SVCB' && last !== 'hex' && last !== 'base64';
}

function canonicalField(
  kind: Field,
  part: string,
  { type, field, example }: { type: string; field: string; example: string },
  origin: string | undefined,
): string {
  const bad = (what: string): ConfigurationError =>
    new ConfigurationError(
      `${field} ${quoted(part)} is no ${what}; write the ${type} as ${quoted(example)}`,
      { field },
    );
  switch (kind) {
    case 'host':
      return hostName(part, field, origin);
    case 'u8':
    case 'u16':
    case 'u32':
      if (!/^\d{1,10}$/.test(part) || Number(part) > MAX[kind]) {
        throw bad(`number from 0 to ${MAX[kind]}`);
      }
      return String(Number(part));
    case 'seconds': {
      const seconds = parseSeconds(part);
      if (seconds === undefined || seconds > MAX.u32) throw bad('time in seconds');
      return String(seconds);
    }
    case 'quoted':
      return part.startsWith('"') ? part : `"${part}"`;
    case 'ipv4':
      if (!isIPv4(part)) throw bad('IPv4 address');
      return part;
    case 'ipv6':
      // A zone id (`%eth0`) is no part of a record.
      if (!isIPv6(part) || part.includes('%')) throw bad('IPv6 address');
      return new URL(`http://[${part}]/`).hostname.slice(1, -1);
    case 'hex':
      if (!/^[0-9a-f]+$/i.test(part)) throw bad('hexadecimal text');
      return part.toLowerCase();
    case 'base64':
      if (!/^[a-z0-9+/]+={0,2}$/i.test(part)) throw bad('base64');
      return part;
    case 'word':
      return part;
  }
}
