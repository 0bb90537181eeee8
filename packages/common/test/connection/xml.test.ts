import { describe, expect, test } from '@jest/globals';
import { buildXml } from '@sdk/common';
import { decodeXml } from '../../src/connection/content/xml-decode.js';
import { rejection, thrown } from './stand.js';

describe('decoding XML', () => {
  test.each([
    [
      'texts stay strings',
      '<a><n>007</n><t>true</t><f>1.50</f></a>',
      { a: { n: '007', t: 'true', f: '1.50' } },
    ],
    [
      'entities and references are decoded once',
      '<a>x&amp;lt;&#13;&#x41;&#x1F600;&quot;</a>',
      { a: 'x&lt;\rA😀"' },
    ],
    ['white space of a text stays', '<a><k> x </k><k> </k></a>', { a: { k: [' x ', ' '] } }],
    ['layout is left out', '<a>\n  <b>1</b>\n</a>', { a: { b: '1' } }],
    [
      'prefixes and attributes are left out',
      '<n:a xmlns:n="u" x="1"><n:b>1</n:b></n:a>',
      { a: { b: '1' } },
    ],
    ['empty elements are empty texts', '<a><b/><c></c></a>', { a: { b: '', c: '' } }],
    ['CDATA is taken as it is', '<a><![CDATA[<&amp;>]]></a>', { a: '<&amp;>' }],
    ['an unknown entity stays', '<a>&unknown;</a>', { a: '&unknown;' }],
  ])('%s', async (_name, text, expected) => {
    expect(await decodeXml(`<?xml version="1.0"?>\n${text}`)).toEqual(expected);
  });

  test('makes arrays of the elements that always are, even of one', async () => {
    expect(await decodeXml('<r><K>1</K><P>2</P></r>', { arrays: ['K'] })).toEqual({
      r: { K: ['1'], P: '2' },
    });
  });

  test.each([
    ['a document type', '<!DOCTYPE a [<!ENTITY x "canary">]><a>&x;</a>'],
    ['a document type behind a comment', '<!-- x --> <!doctype a><a/>'],
    ['what is not closed', '<canary><b></canary>'],
    ['two roots', '<canary/><b/>'],
    ['no XML at all', 'canary'],
    ['a member of every object', '<a><__proto__><canary>1</canary></__proto__></a>'],
    ['nesting without end', '<canary>'.repeat(5_000) + '</canary>'.repeat(5_000)],
  ])('refuses %s, and quotes nothing of it', async (_name, text) => {
    expect((await rejection(decodeXml(text))).message).not.toMatch(/canary|__proto__/);
    expect(({} as Record<string, unknown>)['canary']).toBeUndefined();
  });

  test('reads a list of many entities', async () => {
    const list = (await decodeXml(`<l>${'<e>&quot;x&quot;</e>'.repeat(5_000)}</l>`)) as {
      l: { e: string[] };
    };
    expect(list.l.e[4_999]).toBe('"x"');
  });
});

describe('building XML', () => {
  test('escapes every text, repeats arrays, leaves out undefined, keeps the order', () => {
    const xml = buildXml(
      'Delete',
      { Quiet: true, Object: [{ Key: '<&>"\'\r\n' }, { Key: 7 }], None: undefined, Empty: null },
      { xmlns: 'http://x/?a="&' },
    );
    expect(xml).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Delete xmlns="http://x/?a=&quot;&amp;"><Quiet>true</Quiet>' +
        '<Object><Key>&lt;&amp;&gt;"\'&#13;\n</Key></Object><Object><Key>7</Key></Object><Empty></Empty></Delete>',
    );
  });

  test('is read back as it was', async () => {
    const text = ' ]]> <a>&amp; \r\n\t "é" 😀 ';
    expect(await decodeXml(buildXml('R', { T: text }))).toEqual({ R: { T: text } });
  });

  test.each([
    ['a control character', () => buildXml('R', { T: 'x\0' })],
    ['half of a surrogate pair', () => buildXml('R', { T: '\ud800' })],
    ['a name that would be markup', () => buildXml('R', { 'a><b': '1' })],
    ['a function', () => buildXml('R', { a: (() => 1) as unknown as string })],
    ['a number that is none', () => buildXml('R', { a: NaN })],
  ])('refuses %s', (_name, act) => {
    expect(thrown(act)).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'body' });
  });
});
