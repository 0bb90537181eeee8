import { describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '@sdk/common';
import { canonicalValue, readValue, wireValue } from '../src/values.js';

describe('a value', () => {
  test.each([
    ['A', '192.0.2.1', '192.0.2.1'],
    ['AAAA', '2001:DB8:0:0::1', '2001:db8::1'],
    ['CNAME', 'WWW.Example.org.', 'www.example.org.'],
    ['MX', '010  Mail.Example.org.', '10 mail.example.org.'],
    ['MX', '0 .', '0 .'],
    ['MX', '65535 .', '65535 .'],
    ['CAA', '255 issue ";"', '255 issue ";"'],
    ['SOA', 'a. b. 4294967295 1 1 1 1', 'a. b. 4294967295 1 1 1 1'],
    ['SRV', '10 5 5060 sip.example.org.', '10 5 5060 sip.example.org.'],
    ['CAA', '0 issue ca.example.net', '0 issue "ca.example.net"'],
    ['CAA', '0 issue "ca.example.net; a=b"', '0 issue "ca.example.net; a=b"'],
    ['DS', '60485 5 1 2BB183AF 5F22588179', '60485 5 1 2bb183af5f22588179'],
    ['DNSKEY', '257 3 13 mdss wUyr', '257 3 13 mdsswUyr'],
    ['HTTPS', '1 . alpn="h2,h3" port=8443', '1 . alpn="h2,h3" port=8443'],
    ['NAPTR', '100 10 S SIP+D2U "" a.example.', '100 10 "S" "SIP+D2U" "" a.example.'],
    [
      'SOA',
      'NS1.example.org. hostmaster.example.org. 1 3h 1h 4w 3600',
      'ns1.example.org. hostmaster.example.org. 1 10800 3600 2419200 3600',
    ],
    ['LOC', '51 56  0.123 N 5 54 0.000 E 4m', '51 56 0.123 N 5 54 0.000 E 4m'],
    ['TYPE65280', '\\#  4 0a000001', '\\# 4 0a000001'],
    ['A', '\\# 4 c0000201', '\\# 4 c0000201'],
    ['TXT', 'any  "text" \\ at all', 'any  "text" \\ at all'],
  ])('of type %s, %j, is spelt %j', (type, value, expected) => {
    expect(canonicalValue(type, value)).toBe(expected);
    expect(canonicalValue(type, expected)).toBe(expected);
  });

  test.each([
    ['A', '192.0.2', 'is no IPv4 address; write the A as "192.0.2.1"'],
    ['A', '192.0.2.1 192.0.2.2', 'has 2 fields, and A has 1'],
    ['AAAA', '192.0.2.1', 'is no IPv6 address'],
    ['AAAA', 'fe80::1%eth0', 'is no IPv6 address'],
    ['CNAME', 'www', 'write "www."'],
    ['MX', 'mail.example.org.', 'has 1 field, and MX has 2; write it as "10 mail.example.org."'],
    ['MX', 'ten mail.example.org.', '"ten" is no number'],
    ['SRV', '10 5 sip.example.org.', 'has 3 fields'],
    ['MX', '99999 mail.example.org.', '"99999" is no number from 0 to 65535; write the MX as'],
    ['SRV', '10 5 65536 sip.example.org.', '"65536" is no number from 0 to 65535'],
    ['CAA', '300 issue "ca.example.net"', '"300" is no number from 0 to 255'],
    ['DNSKEY', '65536 3 13 mdss', 'from 0 to 65535'],
    ['DNSKEY', '257 3 256 mdss', 'from 0 to 255'],
    ['TLSA', '3 1 256 00', 'from 0 to 255'],
    ['SOA', 'a. b. 4294967296 1 1 1 1', 'from 0 to 4294967295'],
    ['SOA', 'a. b. 1 9999999w 1 1 1', 'is no time in seconds'],
    ['DS', '60485 5 1 xyz', 'is no hexadecimal text'],
    ['NAPTR', '100 10 "S', 'a quote that is not closed'],
  ])('of type %s, %j, is refused with the remedy', (type, value, message) => {
    expect(() => canonicalValue(type, value)).toThrow(ConfigurationError);
    expect(() => canonicalValue(type, value)).toThrow(message);
  });

  test.each([
    ['TXT', '"a" "b"', 'ab'],
    ['MX', '10 Mail.Example.ORG.', '10 mail.example.org.'],
    ['A', 'not an address', 'not an address'],
    ['TXT', '"open', '"open'],
  ])('of type %s that a provider gave as %j is read as %j', (type, wire, expected) => {
    expect(readValue(type, wire)).toBe(expected);
  });

  test('goes to the wire as it is, but for texts, which are quoted', () => {
    expect(wireValue('MX', '10 mail.example.org.')).toBe('10 mail.example.org.');
    expect(wireValue('TXT', 'v=spf1 -all')).toBe('"v=spf1 -all"');
    expect(wireValue('SPF', 'v=spf1 -all')).toBe('"v=spf1 -all"');
  });
});
