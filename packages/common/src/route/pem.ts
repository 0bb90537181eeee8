/**
 * Reads PEM as OpenSSL will, before a socket opens: a certificate authority that cannot be read would be left out without a word,
 * and so would be all that follow it.
 */
import { X509Certificate } from 'node:crypto';
import { ConfigurationError } from '../errors.js';
import { kindOf } from '../option-keys.js';

/** Longer texts, and those of several lines, are no paths. */
const LONGEST_PATH = 300;
const BEGIN = /-----BEGIN ([A-Z0-9 ]+)-----/;

/**
 * Checks what should hold certificates in PEM. Other blocks and text between them are skipped, as OpenSSL does.
 * @param field what it is called in messages, e.g. `tls.ca`
 * @throws ConfigurationError that names the certificate that cannot be read, and shows nothing of it.
 */
export function checkCertificates(field: string, value: unknown): void {
  const text = textOf(field, value);
  const blocks = blocksOf(text).filter((block) => labelOf(block).endsWith('CERTIFICATE'));
  if (blocks.length === 0) throw none(field, value, text, 'CERTIFICATE');
  blocks.forEach((block, i) => {
    try {
      new X509Certificate(typeof value === 'string' ? block : Buffer.from(block, 'latin1'));
    } catch (cause) {
      const message = `${field}: its ${ordinal(i + 1)} certificate cannot be read`;
      throw new ConfigurationError(message, { field, hint: faultOf(block), cause });
    }
  });
}

/**
 * Checks what should hold a private key in PEM. Whether its passphrase opens it is seen when it is used.
 * @throws ConfigurationError
 */
export function checkPrivateKey(field: string, value: unknown): void {
  const text = textOf(field, value);
  const block = blocksOf(text).find((found) => labelOf(found).endsWith('PRIVATE KEY'));
  if (block === undefined) throw none(field, value, text, 'PRIVATE KEY');
}

/** Bytes as Latin-1, so that none of them is lost. */
function textOf(field: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  throw new ConfigurationError(`${field} must be PEM text or its bytes, not ${kindOf(value)}`, {
    field,
    hint: 'Give readFileSync(path).',
  });
}

/** Each block with the whole line that it begins in: OpenSSL does not see one that is indented. */
function blocksOf(text: string): string[] {
  return text.split(/^(?=[^\n]*-----BEGIN )/m).filter((part) => BEGIN.test(part));
}

function labelOf(block: string): string {
  return BEGIN.exec(block)?.[1] ?? '';
}

/** What is wrong with a certificate that cannot be read. */
function faultOf(block: string): string {
  if (block.includes('\\n')) {
    return String.raw`An environment variable may hold \n as two characters: pem.replaceAll('\\n', '\n').`;
  }
  if (!/-----END [A-Z0-9 ]*CERTIFICATE-----/.test(block)) {
    return 'It is cut off: no "-----END CERTIFICATE-----" follows it.';
  }
  if (/-----BEGIN [A-Z0-9 ]+-----[^\S\r\n]*[^\s]/.test(block)) {
    return 'Its line breaks are lost: in a shell put the variable in quotes, "$PEM".';
  }
  if (/^[^\S\n]+-----(?:BEGIN|END)/m.test(block)) {
    return 'It is indented: "-----BEGIN" and "-----END" must begin their lines.';
  }
  return 'It is damaged, or not whole. "openssl x509 -in file.pem -noout -text" must be able to show it.';
}

/** There is no block of the kind that is wanted: what there is instead. */
function none(field: string, value: unknown, text: string, label: string): ConfigurationError {
  const message = `${field} holds no PEM block "-----BEGIN … ${label}-----"`;
  return new ConfigurationError(message, { field, hint: insteadOf(value, text, label) });
}

function insteadOf(value: unknown, text: string, label: string): string {
  const labels = blocksOf(text).map(labelOf);
  if (labels.some((found) => /^(?:PKCS7|CMS)$/.test(found))) {
    return 'It is PKCS #7: openssl pkcs7 -print_certs -in f.p7b -out f.pem.';
  }
  if (labels.some((found) => found.endsWith('PRIVATE KEY'))) {
    return 'This is a key: give the certificate.';
  }
  if (labels.some((found) => found.endsWith('CERTIFICATE'))) {
    return 'This is a certificate: give its key.';
  }
  if (text.includes('\0') && /B\0E\0G\0I\0N/.test(text)) {
    return 'It is UTF-16: save it as UTF-8.';
  }
  if (/^0[\x80-\x84]/.test(text)) return derHint(value, label);
  if (/^\s*MI[A-Za-z0-9+/=\s]{60,}$/.test(text)) {
    return `It is base64 alone: put the lines "-----BEGIN ${label}-----" and "-----END ${label}-----" around it.`;
  }
  return text.length <= LONGEST_PATH && !/[\r\n]./.test(text)
    ? 'Give the content of the file, not its path: readFileSync(path).'
    : 'Give the content of a file in PEM.';
}

/** DER, the binary form, begins with a sequence: of a certificate, of PKCS #7, of a key. */
function derHint(value: unknown, label: string): string {
  if (label !== 'CERTIFICATE') return 'It is DER: openssl pkey -inform der -in f.key -out f.pem.';
  try {
    new X509Certificate(value as Uint8Array);
    return 'It is DER: openssl x509 -inform der -in f.cer -out f.pem.';
  } catch {
    return 'It is DER, perhaps PKCS #7: openssl pkcs7 -inform der -print_certs -in f.p7b -out f.pem.';
  }
}

function ordinal(n: number): string {
  const teen = n % 100 > 10 && n % 100 < 14;
  const end = teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${end}`;
}
