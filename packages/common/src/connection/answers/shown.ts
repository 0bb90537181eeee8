/** What may be shown of a request. */
import type { ProxyServer } from '../../route/proxy-server.js';
import { holdsCredentials } from '../content/credential-headers.js';
import type { RequestContext } from '../context.js';

/** The provider's secrets, and those of the proxy, which saw the request and may echo it. */
export function secretsOf(context: RequestContext): readonly string[] {
  const proxy = context.route?.proxy;
  const ours = context.hooks.secrets();
  return proxy === undefined ? ours : [...ours, ...secretsOfProxy(proxy)];
}

/** A shorter value is a secret only if its header is called like one: removing any other everywhere would garble the text. */
const SHORTEST_HEADER_SECRET = 8;

function secretsOfProxy({ given, headers }: ProxyServer): string[] {
  const secrets: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const header = headers.slice(i, i + 2);
    const value = header[1] as string;
    if (value.length < SHORTEST_HEADER_SECRET && !holdsCredentials(header)) continue;
    // With its scheme and without: a page may repeat either.
    secrets.push(value, value.slice(value.indexOf(' ') + 1));
  }
  if (given === undefined) return secrets;
  if ('password' in given && typeof given.password === 'string')
    secrets.push(given.password, `${given.username}:${given.password}`);
  if ('token' in given) secrets.push(given.token);
  if ('authorization' in given) {
    const { authorization } = given;
    secrets.push(authorization, authorization.slice(authorization.indexOf(' ') + 1));
  }
  return secrets;
}

/** The request's path without its query, which may hold a signature. */
export function pathOf(context: RequestContext): string {
  return context.path.split('?', 1)[0] as string;
}
