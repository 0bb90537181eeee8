import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RecordSetInput } from '../../src/models.js';
import { parseZoneFile } from '../../src/zone-file/parse.js';
import { printZoneFile } from '../../src/zone-file/print.js';

const label = fc.stringMatching(/^[a-z0-9_]{1,12}$/);
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 270 });
const set = fc.oneof(
  fc.record({
    type: fc.constant('TXT'),
    values: fc.uniqueArray(text, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    type: fc.constant('A'),
    values: fc.uniqueArray(fc.ipV4(), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    type: fc.constant('MX'),
    values: label.map((host) => [`10 ${host}.example.net.`]),
  }),
);
const sets = fc.uniqueArray(
  fc
    .tuple(fc.array(label, { maxLength: 3 }), fc.nat({ max: 2 ** 31 - 1 }), set)
    .map(([labels, ttl, rest]): RecordSetInput => ({ name: labels.join('.'), ttl, ...rest })),
  { selector: ({ name, type }) => `${name} ${type}`, maxLength: 8 },
);

describe('a printed zone file', () => {
  test('begins with the SOA and the apex, and puts a name before those below it', () => {
    const values = ['192.0.2.1'];
    const printed = printZoneFile('Example.org', [
      { name: 'a.www', type: 'A', ttl: 1, values },
      { name: 'www', type: 'TXT', ttl: 2, values: ['say "hi"', 'x'] },
      { name: '', type: 'A', ttl: 3, values },
      { name: 'www', type: 'A', ttl: 4, values },
      { name: '', type: 'NS', ttl: 5, values: ['ns1.example.net.'] },
      { name: '', type: 'SOA', ttl: 6, values: ['ns1.example.net. host.example.net. 1 2 3 4 5'] },
    ]);
    expect(printed.split('\n')).toEqual([
      '$ORIGIN example.org.',
      '@\t6\tIN\tSOA\tns1.example.net. host.example.net. 1 2 3 4 5',
      '@\t5\tIN\tNS\tns1.example.net.',
      '@\t3\tIN\tA\t192.0.2.1',
      'www\t4\tIN\tA\t192.0.2.1',
      'www\t2\tIN\tTXT\t"say \\"hi\\""',
      'www\t2\tIN\tTXT\t"x"',
      'a.www\t1\tIN\tA\t192.0.2.1',
      '',
    ]);
  });

  test('of the root zone is read back', () => {
    const root = [{ name: 'org', type: 'NS', ttl: 60, values: ['a0.org.example.'] }];
    expect(printZoneFile('.', root)).toContain('$ORIGIN .\n');
    expect(parseZoneFile(printZoneFile('.', root), { zone: '.' })).toEqual(root);
  });

  test('is read back as the sets that it was made of', () => {
    fc.assert(
      fc.property(sets, (written) => {
        const byName = (a: RecordSetInput, b: RecordSetInput): number =>
          `${a.name} ${a.type}` < `${b.name} ${b.type}` ? -1 : 1;
        const read = parseZoneFile(printZoneFile('example.org', written), { zone: 'example.org' });
        expect([...read].sort(byName)).toEqual([...written].sort(byName));
      }),
      { numRuns: 50 },
    );
  });
});
