/** Proxy URLs: read as strictly as a security boundary asks, and forgiving where people write passwords. */
import { ConfigurationError } from '../errors.js';
import { kindOf } from '../option-keys.js';
import { credentialsProblem } from '../route/proxy-credentials.js';
import type { ProxyProtocol, ProxyServerInit } from '../route/proxy-server.js';
import { ProxyServer } from '../route/proxy-server.js';
import { isNumberLike, isZoned, parseIp } from '../ip.js';
import { decodePercent } from './percent.js';
import { mistakeIn } from './url-mistakes.js';

const DEFAULT_PORTS: Readonly<Record<string, number>> = Object.freeze({
  'http:': 80,
  'https:': 443,
  'socks:': 1080,
  'socks4:': 1080,
  'socks4a:': 1080,
  'socks5:': 1080,
  'socks5h:': 1080,
});
const PAC = ['pac+http:', 'pac+https:', 'pac+file:', 'pac+data:'];
const REMEDY = 'Write it as http://user:password@host:port';

/**
 * Reads a proxy URL: `http:` (also where no scheme is written), `https:`, `socks:`, `socks4:`, `socks4a:`, `socks5:`,
 * `socks5h:`, `pac+http:`, `pac+https:`, `pac+file:`, `pac+data:`.
 * User name and password are percent-decoded; a malformed `%` stays as it is.
 * @throws ConfigurationError that says what was seen and what to write, and never shows the text: it may hold a password.
 */
export function parseProxyUrl(input: string | URL): ProxyServer {
  return new ProxyServer(readProxyUrl(input, 'The proxy URL'));
}

/** What a proxy URL says. `field` is what it is called in messages: a variable's or an option's name. */
export function readProxyUrl(input: unknown, field: string): ProxyServerInit {
  const text = input instanceof URL ? input.href : input;
  if (typeof text !== 'string') {
    throw wrong(field, `it must be a string or a URL, this is ${kindOf(text)}`, REMEDY);
  }
  const url = text.trim();
  const mistake = mistakeIn(url);
  if (mistake !== undefined) throw wrong(field, mistake.seen, mistake.remedy);
  checkText(url, field);
  const scheme =
    /^([a-z][a-z0-9+.-]*:)\/\//i.exec(url)?.[1] ?? /^pac\+(?:data|file):/i.exec(url)?.[0];
  const protocol = scheme?.toLowerCase() ?? 'http:';
  if (PAC.includes(protocol)) return readPac(url, protocol as ProxyProtocol, field);
  const defaultPort = DEFAULT_PORTS[protocol];
  if (defaultPort === undefined) {
    throw wrong(
      field,
      'its scheme is not one of a proxy',
      'Use http://, https://, socks4://, socks4a://, socks5://, socks5h:// or pac+http://',
    );
  }
  const rest = scheme === undefined ? url.replace(/^\/\//, '') : url.slice(scheme.length + 2);
  const { authority, tail } = splitTail(rest);
  if (tail !== '' && tail !== '/') throw wrongTail(field, tail);
  const at = authority.lastIndexOf('@');
  const place = authority.slice(at + 1);
  if (scheme === undefined) refuseNumbers(place, field);
  return {
    protocol: protocol as ProxyProtocol,
    ...readHostAndPort(place, defaultPort, field),
    ...(at === -1 ? {} : readUserInfo(authority.slice(0, at), field)),
  };
}

function checkText(url: string, field: string): void {
  if (url === '') throw wrong(field, 'it is blank', REMEDY);
  if (/["'<>`]/.test(url[0] as string)) {
    throw wrong(field, 'it begins with a quotation mark', 'Write the URL without quotes around it');
  }
  if (/\s/.test(url)) {
    const remedy = /\s.*@/s.test(url)
      ? 'Write a space in a password as %20'
      : `${REMEDY}, and no more`;
    throw wrong(field, 'it has white space inside', remedy);
  }
  if (/\p{Cc}/u.test(url)) throw wrong(field, 'it has a control character inside', REMEDY);
  if (url.includes('\\')) {
    throw wrong(field, 'it has a backslash', 'Write a backslash, as in DOMAIN\\user, as %5C');
  }
}

/** The authority ends at the first `/`, `?` or `#`, also where these were meant to be part of a password. */
function splitTail(rest: string): { authority: string; tail: string } {
  const end = rest.search(/[/?#]/);
  return end === -1
    ? { authority: rest, tail: '' }
    : { authority: rest.slice(0, end), tail: rest.slice(end) };
}

function wrongTail(field: string, tail: string): ConfigurationError {
  const part = tail[0] === '/' ? 'a path' : tail[0] === '?' ? 'a query' : 'a fragment';
  const seen = `it has ${part} after the host`;
  if (tail.includes('@')) {
    return wrong(
      field,
      `${seen}, or a "${tail[0]}" in the password`,
      'In a password write / as %2F, ? as %3F and # as %23',
    );
  }
  return wrong(
    field,
    seen,
    'End the URL after the port; for a PAC file write pac+http:// or pac+https://; in a password write / as %2F, ? as %3F and # as %23',
  );
}

function readUserInfo(
  info: string,
  field: string,
): { username: string | null; password: string | null } {
  const colon = info.indexOf(':');
  const username = decodePercent(colon === -1 ? info : info.slice(0, colon));
  const password = colon === -1 ? null : decodePercent(info.slice(colon + 1));
  const problem = credentialsProblem(username, password);
  if (problem !== undefined) {
    throw wrong(
      field,
      problem,
      'Give credentials without control characters, and a user name without ":"',
    );
  }
  // `@host` and `:@host` say nothing; `:token@host` is a password without a user name.
  if (username === '' && (password ?? '') === '') return { username: null, password: null };
  return { username, password };
}

function readHostAndPort(
  text: string,
  defaultPort: number,
  field: string,
): { host: string; port: number } {
  const bracketed = /^\[([^\]]*)\](.*)$/.exec(text);
  if (bracketed !== null) {
    const [, address = '', after = ''] = bracketed;
    if (after !== '' && !after.startsWith(':')) {
      throw wrong(field, 'something other than a port follows the address in brackets', REMEDY);
    }
    return { host: readIpv6(address, field), port: readPort(after.slice(1), defaultPort, field) };
  }
  const [host = '', port = '', ...more] = text.split(':');
  if (more.length > 0) {
    throw wrong(
      field,
      'its host has more than one ":"',
      'Write an IPv6 address in brackets, http://[2001:db8::1]:3128, and a ":" in a user name or an "@" before it as %3A and %40',
    );
  }
  return { host: readHost(host, field), port: readPort(port, defaultPort, field) };
}

function readIpv6(address: string, field: string): string {
  if (isZoned(address)) {
    throw wrong(field, 'its IPv6 address has a zone id', 'Leave the zone id (%eth0) out');
  }
  if (parseIp(address)?.family === undefined || !address.includes(':')) {
    throw wrong(field, 'there is no IPv6 address between the brackets', REMEDY);
  }
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** `0`, `1` and `10.0.0:3128` would be read as addresses, and are none that anybody meant. With a scheme they are. */
function refuseNumbers(place: string, field: string): void {
  const host = place.replace(/:\d*$/, '');
  if (!isNumberLike(host) || parseIp(host) !== undefined) return;
  throw wrong(
    field,
    'its host is a number, but no IPv4 address of four decimal octets',
    'Write http://host:port; for no proxy unset the variable, or give httpProxy: false',
  );
}

function readHost(host: string, field: string): string {
  if (host === '') throw wrong(field, 'it has no host', REMEDY);
  let hostname: string;
  try {
    hostname = new URL(`http://${host}`).hostname;
  } catch {
    const problem = isNumberLike(host)
      ? 'its host is no valid IPv4 address'
      : 'its host is no valid name';
    throw wrong(field, problem, REMEDY);
  }
  // WHATWG lets through marks that no resolver takes, and they are typing errors: `http;//proxy`, `"proxy"`.
  if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/.test(hostname)) {
    throw wrong(field, 'its host is no valid name', REMEDY);
  }
  return hostname;
}

function readPort(text: string, defaultPort: number, field: string): number {
  if (text === '') return defaultPort;
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) {
    throw wrong(field, 'its port is no number from 1 to 65535', REMEDY);
  }
  return port;
}

function readPac(url: string, protocol: ProxyProtocol, field: string): ProxyServerInit {
  const remedy =
    'Write pac+http://host/proxy.pac, pac+https://…, pac+file:///path/proxy.pac or pac+data:,script';
  let pac: URL;
  try {
    pac = new URL(url.slice('pac+'.length));
  } catch {
    throw wrong(field, 'what follows "pac+" is no valid URL', remedy);
  }
  if (protocol === 'pac+data:' && !pac.pathname.includes(',')) {
    throw wrong(field, 'its data: URL has no comma, so no script', remedy);
  }
  // A URL knows no folder that a relative path would begin in: `file:proxy.pac` is read as /proxy.pac.
  const absolute = /^pac\+file:\//i.test(url);
  if (protocol === 'pac+file:' && (!absolute || pac.host !== '' || pac.pathname === '/')) {
    throw wrong(field, 'its file: URL names no file of this machine', remedy);
  }
  let credentials = {};
  if (protocol === 'pac+http:' || protocol === 'pac+https:') {
    const { authority } = splitTail(url.slice(protocol.length + 2));
    const at = authority.lastIndexOf('@');
    readHostAndPort(authority.slice(at + 1), 80, field);
    // Credentials leave the URL, so that it may be shown.
    if (at !== -1) credentials = readUserInfo(authority.slice(0, at), field);
    pac.username = '';
    pac.password = '';
  }
  return { protocol, host: '', port: 0, ...credentials, pac: pac.href };
}

function wrong(field: string, seen: string, remedy: string): ConfigurationError {
  return new ConfigurationError(`${field} is no valid proxy URL: ${seen}`, {
    field,
    hint: `${remedy}.`,
  });
}
