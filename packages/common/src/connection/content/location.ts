/** Reads the place that a `Location` names (RFC 9110 §10.2.2) into what a request to it needs. */
import { originOf } from '../../route/origin.js';
import type { Origin } from '../../route/origin.js';

/** Where a request goes. */
export interface Target {
  readonly origin: Origin;
  /** The request-target, as it will be sent. */
  readonly path: string;
}

/** Why a `Location` cannot be used, in words that fit after "a redirect that". Nothing of it is quoted. */
export interface Misplaced {
  readonly why: string;
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const AUTHORITY = /^\/\/([^/?]*)(.*)$/;
/** Characters that no host or port contains, but that a lenient parser might take for the end of one. */
const ODD_AUTHORITY = /[\\"<>^`{|}\s]/;
const UNREADABLE: Misplaced = { why: 'names no place that could be read' };

/**
 * Resolves a `Location` against the request that it answers (RFC 3986 §5.2), without its fragment. The path is kept byte
 * for byte where it is written whole, dot segments included: signed keys of objects may hold them. Only a path that is
 * relative to the current one is merged. What cannot be sent (spaces, bytes beyond ASCII) is percent-encoded.
 */
export function resolveLocation(location: string, current: Target): Target | Misplaced {
  const text = location.trim();
  if (text === '' || /[\0-\x1f\x7f]/.test(text)) return UNREADABLE;
  let rest = sendable(text.split('#', 1)[0] as string);
  let { protocol } = current.origin;
  const scheme = SCHEME.exec(rest)?.[1]?.toLowerCase();
  if (scheme !== undefined) {
    if (scheme !== 'http' && scheme !== 'https') return { why: 'leads away from HTTP' };
    rest = rest.slice(scheme.length + 1);
    if (!rest.startsWith('//')) return UNREADABLE;
    protocol = `${scheme}:`;
  }
  const [, authority, path] = AUTHORITY.exec(rest) ?? [];
  if (authority === undefined) return { origin: current.origin, path: merged(rest, current.path) };
  if (authority.includes('@')) return { why: 'holds credentials in its URL' };
  const origin = originAt(protocol, authority);
  return origin === undefined ? UNREADABLE : { origin, path: whole(path as string) };
}

function originAt(protocol: string, authority: string): Origin | undefined {
  if (authority === '' || ODD_AUTHORITY.test(authority)) return undefined;
  try {
    const url = new URL(`${protocol}//${authority}/`);
    return url.pathname === '/' && url.search === '' ? originOf(url) : undefined;
  } catch {
    return undefined;
  }
}

function whole(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function merged(reference: string, current: string): string {
  if (reference === '') return current;
  if (reference.startsWith('/')) return reference;
  const base = current.split('?', 1)[0] as string;
  if (reference.startsWith('?')) return base + reference;
  const path = reference.split('?', 1)[0] as string;
  const folder = base.slice(0, base.lastIndexOf('/') + 1);
  return withoutDots(folder + path) + reference.slice(path.length);
}

/** RFC 3986 §5.2.4. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (last && (segment === '.' || segment === '..')) kept.push('');
  });
  return `/${kept.join('/')}`;
}

/** Header values come as Latin-1, one character for each byte; a transport of the caller's may have read them as UTF-8. */
function sendable(text: string): string {
  const encoding = /[^\0-\xff]/.test(text) ? 'utf8' : 'latin1';
  return text.replace(/[^\x21-\x7e]+/g, (odd) =>
    Buffer.from(odd, encoding)
      .toString('hex')
      .replace(/../g, (byte) => `%${byte.toUpperCase()}`),
  );
}
