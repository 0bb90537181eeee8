import { describe, expect, test } from '@jest/globals';
import { isSdkError } from '@sdk/common';
import { parseZoneFile } from '../../src/zone-file/parse.js';

const zone = 'example.org';

function refusal(text: string): string {
  try {
    parseZoneFile(text, { zone });
  } catch (error) {
    if (isSdkError(error, 'SDK_CONFIGURATION')) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a zone file', () => {
  test('of every form that RFC 1035 has is read', () => {
    const text = `\ufeff; a comment
$ORIGIN example.org.
$TTL 1h30m
@       IN SOA  ns1 hostmaster (
                2026010101 ; serial
                3h 1h      ; refresh, retry
                4w 300 )   ; expire, minimum
        IN NS   ns1
           NS   ns2.example.net.
ns1     A       192.0.2.53
www 300 IN A    192.0.2.1
www IN 300 A    192.0.2.2
        in      AAAA 2001:DB8:0::1
mail.example.org. MX 10 Mail
txt     TXT     "one; not a comment" "two ( not a parenthesis"
        TXT     plain
$ORIGIN sub
host    CNAME   @
*       7200    CNAME www.example.org.
`;
    expect(parseZoneFile(text, { zone })).toEqual([
      {
        name: '',
        type: 'SOA',
        ttl: 5400,
        values: ['ns1.example.org. hostmaster.example.org. 2026010101 10800 3600 2419200 300'],
      },
      { name: '', type: 'NS', ttl: 5400, values: ['ns1.example.org.', 'ns2.example.net.'] },
      { name: 'ns1', type: 'A', ttl: 5400, values: ['192.0.2.53'] },
      { name: 'www', type: 'A', ttl: 300, values: ['192.0.2.1', '192.0.2.2'] },
      { name: 'www', type: 'AAAA', ttl: 5400, values: ['2001:db8::1'] },
      { name: 'mail', type: 'MX', ttl: 5400, values: ['10 mail.example.org.'] },
      {
        name: 'txt',
        type: 'TXT',
        ttl: 5400,
        values: ['one; not a commenttwo ( not a parenthesis', 'plain'],
      },
      { name: 'host.sub', type: 'CNAME', ttl: 5400, values: ['sub.example.org.'] },
      { name: '*.sub', type: 'CNAME', ttl: 7200, values: ['www.example.org.'] },
    ]);
  });

  test('may have Windows line ends, no line end at its end, and a value twice', () => {
    const text = '$TTL 60\r\nwww A 192.0.2.1\r\n\r\nwww A 192.0.2.1\r\nwww A 192.0.2.2';
    expect(parseZoneFile(text, { zone })).toEqual([
      { name: 'www', type: 'A', ttl: 60, values: ['192.0.2.1', '192.0.2.2'] },
    ]);
  });

  test('that is empty has no sets', () => {
    expect(parseZoneFile(' \n\t; nothing\n', { zone })).toEqual([]);
  });

  test('that names an origin below its zone is read from there', () => {
    const sets = parseZoneFile('$ORIGIN a.example.org.\n@ 60 A 192.0.2.1\nb 60 A 192.0.2.2\n', {
      zone,
    });
    expect(sets.map(({ name }) => name)).toEqual(['a', 'b.a']);
  });

  test.each([
    ['the last one said, where there is no $TTL', 'a 60 A 192.0.2.1\nb A 192.0.2.1\n', {}, 60],
    ['$TTL over the last one said', '$TTL 9\na 60 A 192.0.2.1\nb A 192.0.2.1\n', {}, 9],
    ["the SOA's minimum for what follows", '@ SOA ns. host. 1 2 3 4 77\nb A 192.0.2.1\n', {}, 77],
    ['the given one before any is said', 'b A 192.0.2.1\n', { ttl: 42 }, 42],
  ])('takes as TTL %s', (_what, text, options, ttl) => {
    expect(parseZoneFile(text, { zone, ...options }).at(-1)).toMatchObject({ name: 'b', ttl });
  });

  test('keeps escapes in names and characters that end words in texts', () => {
    const [set] = parseZoneFile('a\\.b\\032c 60 TXT "x\\"y" z\\;\\ w\n', { zone });
    expect(set).toEqual({ name: 'a\\.b\\032c', type: 'TXT', ttl: 60, values: ['x"yz; w'] });
  });

  test('keeps service parameters with quotes within words', () => {
    const [set] = parseZoneFile('@ 60 HTTPS 1 . alpn="h2,h3"\n', { zone });
    expect(set?.values).toEqual(['1 . alpn="h2,h3"']);
  });

  test.each([
    ['www A 192.0.2.1', 'line 1: no TTL is said'],
    ['$TTL 60\n\n A 192.0.2.1', 'line 3: the first record has no owner'],
    ['$TTL 60\nwww.example.com. A 192.0.2.1', 'line 2: "www.example.com." is not in the zone'],
    ['$TTL 60\nwww A', 'line 2: a A record without a value'],
    ['$TTL 60\nwww', 'line 2: a record without a type'],
    ['$TTL 60\nwww CH A 192.0.2.1', 'line 2: the class CH is not supported'],
    ['$TTL 60\nwww A 192.0.2', 'line 2: value "192.0.2" is no IPv4 address'],
    ['$TTL 60\nwww MX mail', 'line 2: value "mail" has 1 field, and MX has 2'],
    ['$TTL 60\nwww MX (\n10\nmail', 'line 2: a parenthesis is not closed'],
    ['$TTL 60\nwww A 192.0.2.1 )', 'line 2: a parenthesis is closed that was not opened'],
    ['$TTL 60\nwww TXT "open\n"', 'line 2: a quote is not closed on its line'],
    ['$TTL 60\nwww TXT a\u0000b', 'line 2: a control character ("\\u0000")'],
    ['$TTL 60\nwww TXT a\\', 'line 2: a backslash escapes nothing'],
    ['$INCLUDE /etc/passwd', 'line 1: "$INCLUDE" is not supported'],
    ['$GENERATE 1-9 a$ A 192.0.2.$', 'line 1: "$GENERATE" is not supported'],
    ['$TTL', 'line 1: $TTL takes one value'],
    ['$TTL soon', 'line 1: "soon" is no TTL'],
    ['$TTL 2147483648', 'line 1: ttl 2147483648 is no TTL'],
    [`${'a'.repeat(64)} 60 A 192.0.2.1`, 'line 1: owner'],
  ])('%j is refused with its line', (text, message) => {
    expect(refusal(text)).toContain(`The zone file, ${message}`);
  });
});
