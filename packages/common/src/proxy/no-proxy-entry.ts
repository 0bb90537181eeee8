/** One entry of a NO_PROXY list: what it names, or why it cannot be read. */
import { domainToASCII } from 'node:url';
import { isNumberLike, isZoned, parseIp, parseIpv4, parseIpv6, unmapped } from '../ip.js';

/** What an entry names. `port`: only that effective port. */
export type NoProxyRule = { readonly port?: number | undefined } & (
  | { readonly kind: 'all' }
  | { readonly kind: 'domain'; readonly name: string }
  | { readonly kind: 'subdomains'; readonly name: string }
  | {
      readonly kind: 'network';
      readonly family: 4 | 6;
      readonly bits: number;
      readonly base: bigint;
    }
  | { readonly kind: 'range'; readonly from: bigint; readonly to: bigint }
);

/** Thrown inside this file only: why an entry cannot be read. */
class Unreadable extends Error {}

/** What an entry (without white space and commas) names, or why it cannot be read. */
export function readEntry(written: string): NoProxyRule | string {
  try {
    return read(written);
  } catch (error) {
    if (error instanceof Unreadable) return error.message;
    throw error;
  }
}

function read(written: string): NoProxyRule {
  if (written.includes('://')) throw new Unreadable('it is a URL; write the host alone');
  if (/["'`]/.test(written)) throw new Unreadable('it has quotes');
  if (written.includes('@')) throw new Unreadable('it has a user name; write the host alone');
  if (isZoned(written))
    throw new Unreadable('it has a "%"; a zone id or an encoded name matches nothing');
  if (written.includes('/')) return readCidr(written);
  const { host, port } = splitPort(written);
  if (host === '*') return { kind: 'all', port };
  const ip = parseIp(host);
  if (ip !== undefined) {
    return {
      kind: 'network',
      family: ip.family,
      bits: ip.family === 4 ? 32 : 128,
      base: ip.value,
      port,
    };
  }
  const range = /^([\d.]+)-([\d.]+)$/.exec(host);
  if (range !== null) return readRange(range[1] as string, range[2] as string, port);
  return readName(host, port);
}

/** The host without brackets and without one trailing dot, and the port where there is one. */
function splitPort(written: string): { host: string; port: number | undefined } {
  const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(written);
  if (bracketed !== null) {
    const [, address = '', port] = bracketed;
    if (parseIp(address) === undefined)
      throw new Unreadable('there is no IP address in its brackets');
    return { host: address, port: port === undefined ? undefined : readPort(port) };
  }
  const colon = written.indexOf(':');
  if (colon === -1) return { host: undotted(written), port: undefined };
  if (colon !== written.lastIndexOf(':')) {
    if (parseIpv6(written) === undefined) throw new Unreadable('it is no IPv6 address');
    return { host: written, port: undefined };
  }
  return { host: undotted(written.slice(0, colon)), port: readPort(written.slice(colon + 1)) };
}

function readPort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Unreadable('its port is no number from 1 to 65535');
  return port;
}

function readCidr(written: string): NoProxyRule {
  const [, bracketed, plain, length] =
    /^(?:\[([^\]]+)\]|([^/[\]]+))\/(0|[1-9]\d{0,2})$/.exec(written) ?? [];
  const address = bracketed ?? plain ?? '';
  const bits = Number(length);
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined && bits <= 32) return network(4, ipv4, bits);
  const ipv6 = parseIpv6(address);
  if (ipv6 !== undefined && bits <= 128) {
    // An IPv4-mapped prefix is one of IPv4; a shorter one than /96 holds more than that and never matches an IPv4.
    const ip = unmapped(ipv6);
    return ip.family === 4 && bits >= 96 ? network(4, ip.value, bits - 96) : network(6, ipv6, bits);
  }
  throw new Unreadable('it has a path, or is no network such as 10.0.0.0/8 or 2001:db8::/32');
}

function network(family: 4 | 6, address: bigint, bits: number): NoProxyRule {
  return { kind: 'network', family, bits, base: prefix(family, address, bits) };
}

/** The leading bits of an address. */
export function prefix(family: 4 | 6, address: bigint, bits: number): bigint {
  return address >> BigInt((family === 4 ? 32 : 128) - bits);
}

function readRange(first: string, last: string, port: number | undefined): NoProxyRule {
  const from = parseIpv4(first);
  const to = parseIpv4(last);
  if (from === undefined || to === undefined || from > to || port !== undefined) {
    throw new Unreadable('it is no range such as 10.0.0.1-10.0.0.9');
  }
  return { kind: 'range', from, to };
}

function readName(host: string, port: number | undefined): NoProxyRule {
  const subdomains = host.startsWith('*.');
  const written = subdomains ? host.slice(2) : host.startsWith('.') ? host.slice(1) : host;
  if (written.includes('*')) throw new Unreadable('a "*" stands alone or as "*." before a domain');
  const name = asciiName(written);
  if (name === undefined) throw new Unreadable('it is no host name');
  // WHATWG URLs read such a name as an address in octal, hexadecimal or short form: ambiguous, so never guessed.
  if (isNumberLike(name))
    throw new Unreadable('it is a number but no IPv4 address of four decimal octets');
  return { kind: subdomains ? 'subdomains' : 'domain', name, port };
}

/** A name in lower case and A-labels; `undefined` where it is none. */
function asciiName(written: string): string | undefined {
  const plain = /^[\x21-\x7e]*$/.test(written);
  const name = plain ? written.toLowerCase() : domainToASCII(written);
  // Underscores occur in internal names. A label of hyphens only is not a name.
  return /^(?!-+(?:\.|$))[a-z0-9_-]+(?:\.(?!-+(?:\.|$))[a-z0-9_-]+)*$/.test(name)
    ? name
    : undefined;
}

/** One trailing dot says that a name is absolute, which it is here in any case; `*.` is no name. */
function undotted(host: string): string {
  return host.endsWith('.') && host !== '*.' ? host.slice(0, -1) : host;
}
