/** What tells the secrets of two proxies apart, without showing them. */
import { createHash } from 'node:crypto';
import type { ProxyCredentials, ProxyCredentialsSource } from './proxy-credentials.js';

/** All of a proxy that may hold a secret. */
export interface ProxySecrets {
  readonly given: ProxyCredentials | undefined;
  readonly credentials: ProxyCredentialsSource | undefined;
  readonly headers: readonly string[];
  readonly pac: string | undefined;
}

/** The same text for the same secrets, `''` for none; a hash, so that it may stand in a key. */
export function secretIdentity({ given, credentials, headers, pac }: ProxySecrets): string {
  const source = credentials === undefined ? 0 : numberOf(credentials);
  if (given === undefined && headers.length === 0 && pac === undefined) {
    return source === 0 ? '' : `f${source}`;
  }
  const secrets = JSON.stringify([given, source, headers, pac]);
  return createHash('sha256').update(secrets).digest('base64url').slice(0, 22);
}

const numbers = new WeakMap<ProxyCredentialsSource, number>();
let functions = 0;

/** Two functions may answer differently, so each has a number of its own. */
function numberOf(source: ProxyCredentialsSource): number {
  let number = numbers.get(source);
  if (number === undefined) {
    functions += 1;
    number = functions;
    numbers.set(source, number);
  }
  return number;
}
