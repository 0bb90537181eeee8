/** Checks TLS settings before a socket opens, since OpenSSL's errors for a bad certificate do not name the option. */
import { ConfigurationError } from '../errors.js';
import type { TlsOptions } from './tls-options.js';
import { checkKeys, kindOf } from '../option-keys.js';

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

/**
 * A frozen copy of the given members; `undefined` where there is none.
 * @param field what the setting is called in messages: `tls`, `httpProxy.tls`
 * @throws ConfigurationError that names the member.
 */
export function checkTlsOptions(tls: unknown, field: string): TlsOptions | undefined {
  if (tls === undefined) return undefined;
  checkKeys(tls, NAMES, field);
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
      for (const part of parts) checkPem(field, part, 'CERTIFICATE');
      return;
    }
    case 'cert':
      return checkPem(field, value, 'CERTIFICATE');
    case 'key':
      return checkPem(field, value, 'PRIVATE KEY');
    case 'pfx':
      if (value instanceof Uint8Array) return;
      throw refused(
        field,
        `${field} must be bytes, not ${kindOf(value)}`,
        'Give the result of readFileSync for the .p12 file.',
      );
    case 'minVersion':
      if (value === 'TLSv1.2' || value === 'TLSv1.3') return;
      throw refused(field, `${field} must be 'TLSv1.2' or 'TLSv1.3', not ${kindOf(value)}`);
    case 'rejectUnauthorized':
      if (typeof value === 'boolean') return;
      throw refused(field, `${field} must be true or false, not ${kindOf(value)}`);
    default:
      if (typeof value === 'string' && value !== '') return;
      throw refused(field, `${field} must be a string that is not empty, not ${kindOf(value)}`);
  }
}

function checkPem(field: string, value: unknown, label: string): void {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw refused(field, `${field} must be PEM text or its bytes, not ${kindOf(value)}`);
  }
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
  if (!new RegExp(`-----BEGIN [A-Z ]*${label}-----`).test(text)) {
    throw refused(
      field,
      `${field} holds no PEM block "-----BEGIN … ${label}-----"`,
      'Give the content of the file, not its path: readFileSync(path).',
    );
  }
}

function refused(field: string, message: string, hint?: string): ConfigurationError {
  return new ConfigurationError(message, { field, hint });
}
