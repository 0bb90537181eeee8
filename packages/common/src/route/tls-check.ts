/** Checks TLS settings before a socket opens, since OpenSSL's errors for a bad certificate do not name the option. */
import { isIP } from 'node:net';
import { ConfigurationError } from '../errors.js';
import type { TlsOptions } from './tls-options.js';
import { checkKeys, kindOf, quoted } from '../option-keys.js';
import { checkCertificates, checkPrivateKey } from './pem.js';

const NAMES: readonly (keyof TlsOptions)[] = [
  'ca',
  'onlyCa',
  'cert',
  'key',
  'pfx',
  'passphrase',
  'servername',
  'minVersion',
  'rejectUnauthorized',
];

const EXAMPLE =
  "Write { ca: readFileSync('root.pem') }. Whether TLS is spoken follows from the URL: https:// or http://.";

/**
 * A frozen copy of the given members; `undefined` where there is none.
 * @param field what the setting is called in messages: `tls`, `httpProxy.tls`
 * @throws ConfigurationError that names the member.
 */
export function checkTlsOptions(tls: unknown, field: string): TlsOptions | undefined {
  if (tls === undefined) return undefined;
  checkKeys(tls, NAMES, field, EXAMPLE);
  // Without a prototype: a member of Object.prototype must not switch verification off.
  const copy = Object.create(null) as Record<string, unknown>;
  for (const name of NAMES) {
    if (!Object.hasOwn(tls, name) || tls[name] === undefined) continue;
    check(name, `${field}.${name}`, tls[name]);
    copy[name] = Array.isArray(tls[name])
      ? Object.freeze([...(tls[name] as unknown[])])
      : tls[name];
  }
  const given = (name: keyof TlsOptions): boolean => copy[name] !== undefined;
  if (given('ca') && given('onlyCa')) {
    throw refused(
      `${field}.onlyCa`,
      `${field}.ca and ${field}.onlyCa cannot both be given`,
      'ca adds to the default roots, onlyCa replaces them.',
    );
  }
  if (given('pfx') && (given('cert') || given('key'))) {
    throw refused(
      `${field}.pfx`,
      `${field}.pfx already holds a certificate and its key`,
      'Give either cert and key, or pfx.',
    );
  }
  if (given('cert') !== given('key')) {
    const [there, missing] = given('cert') ? ['cert', 'key'] : ['key', 'cert'];
    throw refused(
      `${field}.${missing}`,
      `${field}.${there} was given without ${field}.${missing}`,
      'A client certificate needs both.',
    );
  }
  return Object.keys(copy).length === 0 ? undefined : Object.freeze(copy);
}

function check(name: keyof TlsOptions, field: string, value: unknown): void {
  switch (name) {
    case 'ca':
    case 'onlyCa': {
      const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (parts.length === 0)
        throw refused(field, `${field} is an empty list`, 'Leave it out, or give a certificate.');
      parts.forEach((part, i) =>
        checkCertificates(Array.isArray(value) ? `${field}[${i}]` : field, part),
      );
      return;
    }
    case 'cert':
      return checkCertificates(field, value);
    case 'key':
      return checkPrivateKey(field, value);
    case 'pfx':
      if (value instanceof Uint8Array) return;
      throw refused(
        field,
        `${field} must be bytes, not ${kindOf(value)}`,
        'Give the result of readFileSync for the .p12 file.',
      );
    case 'minVersion':
      if (value === 'TLSv1.2' || value === 'TLSv1.3') return;
      throw refused(field, `${field} must be 'TLSv1.2' or 'TLSv1.3', not ${quoted(value)}`);
    case 'rejectUnauthorized':
      if (typeof value === 'boolean') return;
      throw refused(field, `${field} must be true or false, not ${kindOf(value)}`);
    case 'passphrase':
      return checkText(field, value);
    case 'servername':
      checkText(field, value);
      // RFC 6066 §3: an IP address must not be sent as the server name.
      if (isIP(value.replace(/^\[|\]$/g, '')) === 0) return;
      throw refused(
        field,
        `${field} must be a name, not an IP address`,
        'Leave it out where the certificate holds the address; else give a name that it holds.',
      );
  }
}

function checkText(field: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value !== '') return;
  throw refused(field, `${field} must be a string that is not empty, not ${kindOf(value)}`);
}

function refused(field: string, message: string, hint?: string): ConfigurationError {
  return new ConfigurationError(message, { field, hint });
}
