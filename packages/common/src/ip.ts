/** Addresses as numbers: two spellings of one address are one number, and a prefix is a shift. */
import { isIPv6 } from 'node:net';

/** An address. An IPv4-mapped IPv6 address is its IPv4 address. */
export interface Ip {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** `::ffff:0:0/96`, above its last 32 bits (RFC 4291, section 2.5.5.2). */
const MAPPED = 0xffffn;

/** Reads an address without brackets: four decimal octets without leading zeros, or IPv6 without a zone id. */
export function parseIp(text: string): Ip | undefined {
  // Quick exit for host names: every address ends in a digit or contains a colon.
  if (!/\d$|:/.test(text)) return undefined;
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return { family: 4, value: ipv4 };
  const ipv6 = parseIpv6(text);
  return ipv6 === undefined ? undefined : unmapped(ipv6);
}

/** The address itself, or the IPv4 address that it maps. */
export function unmapped(ipv6: bigint): Ip {
  return ipv6 >> 32n === MAPPED
    ? { family: 4, value: ipv6 & 0xffffffffn }
    : { family: 6, value: ipv6 };
}

/** Four decimal octets without leading zeros: nothing else, since readers differ on the rest. */
export function parseIpv4(text: string): bigint | undefined {
  if (text.length < 7 || text.length > 15) return undefined;
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let value = 0;
  for (const octet of octets) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(octet)) return undefined;
    const number = Number(octet);
    if (number > 255) return undefined;
    value = value * 256 + number;
  }
  return BigInt(value);
}

/** IPv6 in any of its spellings, without brackets and zone id. */
export function parseIpv6(text: string): bigint | undefined {
  if (!isIPv6(text) || isZoned(text)) return undefined;
  const [head = '', tail] = text.split('::');
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  let value = 0n;
  for (const group of left) value = (value << 16n) | BigInt(group);
  value <<= BigInt(16 * (8 - left.length - right.length));
  for (const group of right) value = (value << 16n) | BigInt(group);
  return value;
}

/** Whether an address names a network interface: `fe80::1%eth0`. */
export function isZoned(text: string): boolean {
  return text.includes('%');
}

/** Whether WHATWG URLs would read a name as an IPv4 address or fail: its last label is a number. */
export function isNumberLike(name: string): boolean {
  const labels = name.split('.');
  const last = labels.at(-1) === '' && labels.length > 1 ? labels.at(-2) : labels.at(-1);
  return /^(?:\d+|0x[0-9a-f]*)$/i.test(last ?? '');
}

function groupsOf(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
