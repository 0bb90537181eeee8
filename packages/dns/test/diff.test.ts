import { describe, expect, test } from '@jest/globals';
import { diffRecordSets } from '../src/diff.js';

const www = { name: 'www', type: 'A', ttl: 60, values: ['192.0.2.1', '192.0.2.2'] };
const mail = { name: '', type: 'MX', ttl: 60, values: ['10 mail.example.org.'] };
const ns = { name: '', type: 'NS', ttl: 60, values: ['ns1.example.net.'] };
const soa = {
  name: '',
  type: 'SOA',
  ttl: 60,
  values: ['ns1.example.net. host.example.net. 1 2 3 4 5'],
};

describe('a difference between zones', () => {
  test.each([
    [
      'none, whatever the order of values',
      [www, mail],
      [mail, { ...www, values: [...www.values].reverse() }],
      [],
      [],
    ],
    ['a set that is new', [], [www], [www], []],
    ['a set that is gone', [www, mail], [mail], [], [{ name: 'www', type: 'A' }]],
    ['a TTL', [www], [{ ...www, ttl: 61 }], [{ ...www, ttl: 61 }], []],
    [
      'a value',
      [www],
      [{ ...www, values: ['192.0.2.1'] }],
      [{ ...www, values: ['192.0.2.1'] }],
      [],
    ],
    ['nothing at the SOA', [soa], [{ ...soa, ttl: 61 }], [], []],
    ["nothing at the apex's NS that is not desired", [soa, ns], [], [], []],
    ["the apex's NS that is desired", [ns], [{ ...ns, ttl: 61 }], [{ ...ns, ttl: 61 }], []],
    ['a delegation that is gone', [{ ...ns, name: 'sub' }], [], [], [{ name: 'sub', type: 'NS' }]],
  ])('is %s', (_what, current, desired, upsert, gone) => {
    expect(diffRecordSets(current, desired)).toEqual({ upsert, delete: gone });
  });
});
