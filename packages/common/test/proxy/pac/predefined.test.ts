import { describe, expect, test } from '@jest/globals';
import { value } from './ask.js';

const table: [expression: string, expected: unknown][] = [
  ['isPlainHostName("www")', true],
  ['isPlainHostName("www.example.com")', false],
  ['isPlainHostName("::1")', false],
  ['dnsDomainIs("www.Example.com", ".example.com")', true],
  ['dnsDomainIs("www", ".example.com")', false],
  ['localHostOrDomainIs("www.example.com", "www.example.com")', true],
  ['localHostOrDomainIs("www", "www.example.com")', true],
  ['localHostOrDomainIs("www.example.org", "www.example.com")', false],
  ['localHostOrDomainIs("home", "www.example.com")', false],
  ['dnsDomainLevels("www")', 0],
  ['dnsDomainLevels("www.example.com")', 2],
  ['dnsResolve("intern.test")', '10.1.2.3'],
  ['dnsResolve("10.0.0.9")', '10.0.0.9'],
  ['dnsResolve("six.test")', null],
  ['dnsResolve("nowhere.test")', null],
  ['dnsResolveEx("intern.test")', '2001:db8::5;10.1.2.3'],
  ['isResolvable("intern.test")', true],
  ['isResolvable("six.test")', false],
  ['isResolvableEx("six.test")', true],
  ['isResolvableEx("nowhere.test")', false],
  ['isInNet("10.1.2.3", "10.0.0.0", "255.0.0.0")', true],
  ['isInNet("11.1.2.3", "10.0.0.0", "255.0.0.0")', false],
  ['isInNet("intern.test", "10.1.0.0", "255.255.0.0")', true],
  ['isInNet("nowhere.test", "0.0.0.0", "0.0.0.0")', false],
  ['isInNet("10.1.2.3", "10.0.0.0", "no mask")', false],
  ['isInNetEx("six.test", "2001:db8::/32")', true],
  ['isInNetEx("six.test", "2001:db9::/32")', false],
  ['isInNetEx("2001:db8::1", "2001:db8::/64")', true],
  ['isInNetEx("10.1.2.3", "10.0.0.0/8")', true],
  ['isInNetEx("10.1.2.3", "::/0")', false],
  ['isInNetEx("intern.test", "10.0.0.0/33")', false],
  ['isInNetEx("::ffff:10.0.0.1", "::ffff:10.0.0.0/104")', true],
  ['myIpAddress()', '192.0.2.7'],
  ['myIpAddressEx()', '192.0.2.7;2001:db8::7'],
  ['convert_addr("104.16.41.2")', 1745889538],
  ['convert_addr("255.255.255.255")', -1],
  ['shExpMatch("http://a.example.com/x", "*.example.com/*")', true],
  ['shExpMatch("example.com", "*.example.com")', false],
  ['shExpMatch("abc", "a?c")', true],
  ['shExpMatch("a*c", "a?c")', true],
  ['shExpMatch("abc", "A?C")', false],
  ['shExpMatch("a.c", "a.c")', true],
  ['shExpMatch("abc", "a.c")', false],
  ['shExpMatch("", "*")', true],
  ['shExpMatch("a", "")', false],
  [`shExpMatch("${'a'.repeat(2_000)}", "${'*a'.repeat(200)}b")`, false],
  ['alert("something") ?? "nothing"', 'nothing'],
];

/** The clock of the script, which a script may replace as any other thing of its own. */
const at = (iso: string, expression: string) =>
  `(() => { const now = Date.parse('${iso}'); const Real = Date; globalThis.Date = class extends Real { constructor() { super(now) } }; return ${expression} })()`;

// A Wednesday.
const NOON = '2025-12-31T12:30:40Z';
const clock: [expression: string, expected: boolean][] = [
  ['weekdayRange("WED", "GMT")', true],
  ['weekdayRange("MON", "FRI", "GMT")', true],
  ['weekdayRange("THU", "TUE", "GMT")', false],
  ['weekdayRange("FRI", "WED", "GMT")', true],
  ['weekdayRange("NOW", "GMT")', false],
  ['dateRange(31, "GMT")', true],
  ['dateRange(1, 15, "GMT")', false],
  ['dateRange("DEC", "GMT")', true],
  ['dateRange("NOV", "FEB", "GMT")', true],
  ['dateRange("FEB", "NOV", "GMT")', false],
  ['dateRange(2025, "GMT")', true],
  ['dateRange(2024, 2026, "GMT")', true],
  ['dateRange(2026, 2024, "GMT")', false],
  ['dateRange(24, "DEC", 6, "JAN", "GMT")', true],
  ['dateRange(1, "JUN", 15, "AUG", "GMT")', false],
  ['dateRange("JUN", 2025, "MAR", 2026, "GMT")', true],
  ['dateRange(1, "JAN", 2026, 1, "FEB", 2026, "GMT")', false],
  ['dateRange(1, "JAN", 2025, 31, "DEC", 2025, "GMT")', true],
  ['dateRange()', false],
  ['timeRange(12, "GMT")', true],
  ['timeRange(13, "GMT")', false],
  ['timeRange(9, 17, "GMT")', true],
  ['timeRange(22, 6, "GMT")', false],
  ['timeRange(10, 0, 12, 30, "GMT")', true],
  ['timeRange(12, 31, 23, 59, "GMT")', false],
  ['timeRange(12, 30, 40, 12, 30, 41, "GMT")', true],
  ['timeRange(22, 0, 12, 30, "GMT")', true],
  ['timeRange()', false],
];

describe('the functions that a PAC file may call', () => {
  test.each(table)('%s is %j', async (expression, expected) => {
    expect(await value(expression)).toBe(expected);
  });

  test.each(clock)(`${NOON}: %s is %j`, async (expression, expected) => {
    expect(await value(at(NOON, expression))).toBe(expected);
  });
});
