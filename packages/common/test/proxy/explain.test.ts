import { describe, expect, test } from '@jest/globals';
import { explainProxy } from '../../src/proxy/explain.js';
import { resolveProxy } from '../../src/proxy/resolve.js';
import type { PlainProxyLevels } from '../../src/proxy/resolve.js';
import { refusal, shownBy } from '../refusal.js';

const https = 'https://api.example.com/v2';

describe('an explanation', () => {
  test('shows every level: what it said, and why it decided or did not', () => {
    const explanation = explainProxy(https, {
      call: { noProxy: ['a.test', 'b/c'] },
      instance: { httpProxy: ['http://ada:canary@one', { url: 'https://two' }, 'direct'] },
      env: { HTTPS_PROXY: 'http://ada:canary@env', https_proxy: ' ', no_proxy: '*' },
    });
    expect(explanation).toEqual({
      origin: 'https://api.example.com',
      proxy: 'http://one:80',
      candidates: ['http://one:80', 'https://two:443', 'direct'],
      decidedBy: 'instance',
      warnings: [],
      levels: [
        {
          level: 'call',
          said: 'nothing',
          decided: false,
          why: 'httpProxy is not given, so the next level is asked',
          noProxyEntries: 1,
        },
        {
          level: 'instance',
          said: '[http://one:80, https://two:443, direct]',
          decided: true,
          why: 'it is the first level that says something: http://one:80',
        },
        {
          level: 'env',
          said: 'HTTPS_PROXY is set',
          decided: false,
          why: 'not asked: instance decided; the entry "*" of no_proxy does not count beside httpProxy: give noProxy',
          variables: [
            { name: 'https_proxy', state: 'blank' },
            { name: 'HTTPS_PROXY', state: 'first' },
            { name: 'all_proxy', state: 'unset' },
            { name: 'ALL_PROXY', state: 'unset' },
            { name: 'http_proxy', state: 'unset' },
            { name: 'HTTP_PROXY', state: 'unset' },
            { name: 'no_proxy', state: 'first' },
            { name: 'NO_PROXY', state: 'unset' },
          ],
        },
        { level: 'default', said: 'direct', decided: false, why: 'not asked: instance decided' },
      ],
      text: expect.any(String),
    });
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    expect(shownBy(explanation)).not.toContain('canary');
  });

  test('names the entry of NO_PROXY that does not count beside httpProxy, and no other', () => {
    const textOf = (levels: PlainProxyLevels): string => explainProxy(https, levels).text;
    const env = { NO_PROXY: 'other.test,.example.com', HTTP_PROXY: 'http://env' };
    const line =
      'the entry ".example.com" of NO_PROXY does not count beside httpProxy: give noProxy';
    const httpProxy = 'http://one';
    expect(textOf({ instance: { httpProxy }, env })).toContain(line);
    expect(textOf({ call: { httpProxy, noProxy: 'b.test' }, env })).toContain(line);
    expect(textOf({ instance: { httpProxy: false }, env })).not.toContain('does not count');
    expect(textOf({ env })).not.toContain('does not count');
    const elsewhere = { NO_PROXY: 'other.test' };
    expect(textOf({ instance: { httpProxy }, env: elsewhere })).not.toContain('does not count');
  });

  test.each<[string, PlainProxyLevels, string, RegExp]>([
    ['the call', { call: { httpProxy: false }, env: {} }, 'call', /says something: direct$/],
    [
      'a bypass',
      { call: { httpProxy: 'http://a', noProxy: '.com' }, env: {} },
      'call',
      /has the entry "\.com"$/,
    ],
    [
      'the environment',
      { env: { all_proxy: 'http://a' } },
      'env',
      /no entry of NO_PROXY names the target$/,
    ],
    [
      'a bypass of the environment',
      { env: { all_proxy: 'http://a', NO_PROXY: '*' } },
      'env',
      /NO_PROXY has the entry "\*"$/,
    ],
    [
      'a list of the call in place of NO_PROXY',
      { call: { noProxy: '*' }, env: { all_proxy: 'http://a' } },
      'env',
      /noProxy of the call, which replaces NO_PROXY, has the entry "\*"$/,
    ],
    [
      'a list of the instance in place of NO_PROXY',
      { instance: { noProxy: [] }, env: { all_proxy: 'http://a', NO_PROXY: '*' } },
      'env',
      /no entry of noProxy of the instance, which replaces NO_PROXY, names the target$/,
    ],
    ['nobody', { env: {} }, 'default', /^no level says anything$/],
  ])('says why %s decided', (_what, levels, decidedBy, why) => {
    const explanation = explainProxy(https, levels);
    const deciding = explanation.levels.filter(({ decided }) => decided);
    expect(deciding).toEqual([expect.objectContaining({ level: decidedBy })]);
    expect(deciding[0]?.why).toMatch(why);
    expect(explanation).toMatchObject(facts(levels));
  });

  test('says that a function passed, and that another one decided', async () => {
    const levels = {
      call: { httpProxy: () => undefined },
      instance: { httpProxy: async () => ['http://a', 'direct'] },
      env: {},
    };
    const explanation = await explainProxy(https, levels);
    expect(explanation.levels.map(({ said, decided }) => [said, decided])).toEqual([
      ['a function', false],
      ['a function', true],
      ['nothing', false],
      ['direct', false],
    ]);
    expect(explanation.levels[0]?.why).toBe(
      'its function answered undefined, so the next level is asked',
    );
    expect(explanation.candidates).toEqual(['http://a:80', 'direct']);
  });

  test('shows the entries that could not be read', () => {
    const env = { https_proxy: 'http://a', no_proxy: 'http://ada:canary@x b/c' };
    const explanation = explainProxy(https, { env });
    expect(explanation.warnings).toHaveLength(2);
    expect(explanation.text).toContain('no_proxy: skipped "b/c"');
    expect(shownBy(explanation)).not.toContain('canary');
  });

  test('says that HTTP_PROXY is ignored under a CGI server', () => {
    const env = { HTTP_PROXY: 'http://evil', REQUEST_METHOD: 'GET' };
    const explanation = explainProxy('http://example.com', { env });
    expect(explanation.levels[2]?.variables?.[1]).toEqual({ name: 'HTTP_PROXY', state: 'ignored' });
    expect(explanation.text).toContain('httpoxy');
  });

  test('shows no value of a variable that could not be read, nor of one that nobody asked', () => {
    const env = { https_proxy: 'http://ada:canary@x/y', HTTPS_PROXY: 7 as unknown as string };
    const explanation = explainProxy(https, { call: { httpProxy: false }, env });
    expect(explanation.levels[2]?.said).toBe('https_proxy is set');
    expect(shownBy(explanation)).not.toContain('canary');
    expect(shownBy(refusal(() => explainProxy(https, { env })))).not.toContain('canary');
  });

  test('reads as lines', () => {
    const env = { https_proxy: 'http://ada:pw@proxy:3128', HTTPS_PROXY: 'x', NO_PROXY: 'a/b' };
    expect(explainProxy(https, { env }).text.split('\n')).toEqual([
      'https://api.example.com goes over http://proxy:3128',
      '  call     says nothing: httpProxy is not given, so the next level is asked',
      '  instance says nothing: httpProxy is not given, so the next level is asked',
      '▸ env      says https_proxy: http://proxy:3128: no level above says anything, and no entry of NO_PROXY names the target',
      '             https_proxy is set',
      '             HTTPS_PROXY is set, but an earlier one speaks',
      '             NO_PROXY is set',
      '  default  says direct: not asked: env decided',
      expect.stringMatching(/^! NO_PROXY: skipped "a\/b": /),
    ]);
  });

  test('says of a PAC file that it decides, and does not ask it', () => {
    const httpProxy = ['pac+http://wpad/proxy.pac?token=canary', 'direct'];
    const { text, proxy, candidates } = explainProxy(https, { instance: { httpProxy } });
    expect({ proxy, candidates }).toEqual({
      proxy: 'pac+http://wpad/proxy.pac',
      candidates: ['pac+http://wpad/proxy.pac', 'direct'],
    });
    expect(text).toContain('goes as pac+http://wpad/proxy.pac says, then direct\n');
    expect(text).toContain('pac+http://wpad/proxy.pac, and that file decides');
  });
});

/** What resolveProxy says of the same levels: the two must never differ. */
function facts(levels: PlainProxyLevels): Record<string, unknown> {
  const { proxy, decidedBy, variable, bypassedBy } = resolveProxy(https, levels);
  return {
    proxy: proxy?.href ?? null,
    decidedBy,
    ...(variable && { variable }),
    ...(bypassedBy && { bypassedBy }),
  };
}
