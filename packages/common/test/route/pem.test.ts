import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createCertificateAuthority, startOrigin } from '@sdk/testing';
import { checkTlsOptions } from '../../src/route/tls-check.js';
import { connect, keep } from '../connection/stand.js';
import { refusal, shownBy } from '../refusal.js';

const authority = await createCertificateAuthority();
const pem = authority.cert;
const { cert: other } = await createCertificateAuthority('Another root');
const { cert, key } = await authority.issue();
const lines = pem.trim().split('\n');
const [first = '', second = ''] = lines;
const last = lines.at(-1) ?? '';
const bad = `${first}\nAAAA\n${last}\n`;
const der = new X509Certificate(pem).raw;
const inLatin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('an authority is accepted, and trusted', () => {
  const accepted: [string, string | Uint8Array][] = [
    ['as it is', pem],
    ['as bytes', Buffer.from(pem)],
    ['with CRLF', pem.replaceAll('\n', '\r\n')],
    ['behind a byte order mark', `\ufeff${pem}`],
    ['as bytes behind a byte order mark', Buffer.from(`\ufeff${pem}`)],
    ['without its last line break', pem.trim()],
    ['with comments, after another one', `# Müller: other\n${other}\n# this one\n${pem}# end`],
    ['behind a key', `${key}\n${pem}`],
    ['as TRUSTED CERTIFICATE', pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
    ['as X509 CERTIFICATE', pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
    ['with all of it on one line', [first, lines.slice(1, -1).join(''), last].join('\n')],
    ['with blanks around its base64', lines.map((line) => `${line}  `).join('\n')],
  ];

  test.each(accepted)('%s', async (_how, ca) => {
    const server = keep(await startOrigin({ tls: { cert, key } }));
    const connection = connect(server.url, { tls: { ca } });
    expect((await connection.request({ method: 'GET', path: '/' })).status).toBe(200);
  });
});

describe('a certificate that cannot be read is refused before a socket opens:', () => {
  const refused: [string, unknown, RegExp, RegExp][] = [
    [
      '\\n as two characters',
      pem.replaceAll('\n', '\\n'),
      /its 1st/,
      /replaceAll\('\\\\n', '\\n'\)/,
    ],
    ['lost line breaks', pem.replaceAll('\n', ' '), /its 1st/, /line breaks are lost/],
    ['indented', pem.replaceAll(/^/gm, '  '), /its 1st/, /indented/],
    ['indented after a good one', `${other}  ${pem}`, /its 2nd/, /indented/],
    ['cut off', lines.slice(0, 3).join('\n'), /its 1st/, /cut off/],
    ['cut off before a good one', `${first}\n${second}\n${pem}`, /its 1st/, /cut off/],
    ['a piece missing', [first, second, last].join('\n'), /its 1st/, /damaged/],
    ['a bad one before a good one', bad + pem, /its 1st/, /damaged.*openssl x509/],
    ['a bad one after good ones', pem + other + bad, /its 3rd/, /damaged/],
    ['as bytes', inLatin1(pem + bad), /its 2nd/, /damaged/],
    ['DER', der, /no PEM block/, /openssl x509 -inform der -in f\.cer/],
    ['DER of something else', Buffer.concat([der, der]).subarray(1), /no PEM block/, /in PEM/],
    [
      'PKCS #7',
      '-----BEGIN PKCS7-----\nAA==\n-----END PKCS7-----\n',
      /no PEM block/,
      /-print_certs/,
    ],
    ['PKCS #7 in DER', inLatin1('0\x82\x01\x00...'), /no PEM block/, /pkcs7 -inform der/],
    ['a key', key, /no PEM block/, /is a key/],
    ['base64 alone', der.toString('base64'), /no PEM block/, /put the lines "-----BEGIN CERT/],
    ['UTF-16', Buffer.from(pem, 'utf16le'), /no PEM block/, /UTF-16/],
    ['a path', '/etc/canary.pem', /no PEM block/, /not its path/],
    ['a page', '<html>\n<p>canary</p>\n</html>', /no PEM block/, /content of a file in PEM/],
    ['null', null, /not null/, /readFileSync/],
  ];

  test.each(refused)('%s', (_what, ca, message, hint) => {
    for (const name of ['ca', 'onlyCa'] as const) {
      const error = refusal(() => checkTlsOptions({ [name]: ca }, 'tls'));
      expect(error.field).toBe(`tls.${name}`);
      expect(error.message).toMatch(message);
      expect(error.hint).toMatch(hint);
      expect(shownBy(error)).not.toMatch(/canary/);
    }
  });

  test('one of a list is named by its place', () => {
    const error = refusal(() => checkTlsOptions({ ca: [pem, other + bad] }, 'httpProxy.tls'));
    expect(error.message).toBe('httpProxy.tls.ca[1]: its 2nd certificate cannot be read');
    expect(error.field).toBe('httpProxy.tls.ca[1]');
  });

  test('a certificate of the client, and a certificate in the place of its key', () => {
    const cut = refusal(() => checkTlsOptions({ cert: bad, key }, 'tls'));
    expect(cut.message).toBe('tls.cert: its 1st certificate cannot be read');
    const swapped = refusal(() => checkTlsOptions({ cert, key: cert }, 'tls'));
    expect([swapped.field, swapped.hint]).toEqual([
      'tls.key',
      'This is a certificate: give its key.',
    ]);
  });
});

describe('other TLS settings are refused with what to write:', () => {
  test.each([
    [{ minVersion: 'TLSv1.1' }, 'tls.minVersion', /not "TLSv1.1"$/, undefined],
    [{ servername: '127.0.0.1' }, 'tls.servername', /not an IP address/, /Leave it out/],
    [{ servername: '[::1]' }, 'tls.servername', /not an IP address/, /Leave it out/],
    [true, 'tls', /must be an object/, /ca: readFileSync/],
  ])('%j', (tls, field, message, hint) => {
    const error = refusal(() => checkTlsOptions(tls, 'tls'));
    expect(error.field).toBe(field);
    expect(error.message).toMatch(message);
    if (hint !== undefined) expect(error.hint).toMatch(hint);
  });
});
