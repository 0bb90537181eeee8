import { describe, expect, test } from '@jest/globals';
import { originOf } from '../../../src/route/origin.js';
import { evaluatePac } from '../../../src/proxy/pac/evaluate.js';
import { PacSandbox } from '../../../src/proxy/pac/sandbox.js';
import { evaluate, names, sandbox, value } from './ask.js';

describe('a PAC file', () => {
  test('is told scheme, host and port, and neither path nor query', async () => {
    const script =
      'function FindProxyForURL(u, h) { return "PROXY " + [u, h].map(encodeURIComponent).join("-").replace(/%/g, "_") + ":1" }';
    expect(await evaluate(script, 'http://u:p@API.test:8080/a?b=c')).toMatchObject({
      ways: [{ host: 'http_3a_2f_2fapi.test_3a8080_2f-api.test' }],
    });
    expect(await evaluate(script, 'https://[::1]/a')).toMatchObject({
      ways: [{ host: 'https_3a_2f_2f_5b_3a_3a1_5d_2f-_3a_3a1' }],
    });
  });

  test('names ways in order, and what cannot be read is skipped with a warning that shows no secret', async () => {
    const answer = await evaluate(`var FindProxyForURL = () =>
      'PROXY a.test:3128; HTTPS b.test; ;socks5 [::1]:9; SOCKS c.test; SOCKS4 d.test:1;HTTP e; QUIC f:1; ' +
      'PROXY ada:canary@g:1; PROXY h:99999; DIRECT now; PROXY i:1/p; DIRECT'`);
    expect(answer).toEqual({
      ways: [
        { protocol: 'http:', host: 'a.test', port: 3128 },
        { protocol: 'https:', host: 'b.test', port: 443 },
        { protocol: 'socks5h:', host: '::1', port: 9 },
        { protocol: 'socks4a:', host: 'c.test', port: 1080 },
        { protocol: 'socks4a:', host: 'd.test', port: 1 },
        { protocol: 'http:', host: 'e', port: 80 },
        'direct',
      ],
      warnings: [7, 8, 9, 10, 11].map((n) =>
        expect.stringContaining(`entry ${n} of its answer was skipped`),
      ),
    });
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  test.each([
    ['null', 'answered an object or null instead of a text'],
    ['undefined', 'answered undefined instead of a text'],
    ['false', 'answered boolean instead of a text'],
    ['"  ; "', 'answered an empty text'],
    ['"proxy.corp:3128"', 'nothing that can be used'],
    ['nowhere()', 'threw ReferenceError in line 1: nowhere is not defined'],
    ['(() => { throw "canary" })()', 'threw Error'],
    ['(() => { throw new Error("canary") })()', 'threw Error in line 1'],
    ['"x".repeat(2 ** 29)', 'threw'],
    ['(function f() { return f() + 1 })()', 'threw'],
    ['(() => { const all = []; for (;;) all.push(new Array(9999).fill(all.length)) })()', 'threw'],
  ])('that answers %s fails, and is never taken for direct', async (expression, failure) => {
    const outcome = await evaluate(`function FindProxyForURL() { return ${expression} }`);
    expect(outcome).toMatchObject({
      failure: expect.stringContaining(failure),
      hint: expect.any(String),
    });
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  test('without the function, or with a mistake, fails', async () => {
    expect(await evaluate('<html></html>')).toMatchObject({
      failure: expect.stringContaining('threw SyntaxError in line 1'),
    });
    expect(await evaluate('var x = 1')).toMatchObject({
      failure: 'has no function FindProxyForURL',
    });
  });

  test.each([
    'while (true) {}',
    'for (;;) { try { for (;;) {} } catch {} }',
    '/^(a+)+$/.test("a".repeat(50) + "b")',
    'Array.prototype.reverse.call({ length: 2 ** 53 - 1 })',
  ])(
    'that never ends (%s) is ended, blocks nobody, and leaves the next one a thread',
    async (loop) => {
      let ticks = 0;
      const ticking = setInterval(() => (ticks += 1), 10);
      const outcome = await evaluate(`function FindProxyForURL() { ${loop} }`);
      clearInterval(ticking);
      expect(outcome).toMatchObject({ failure: 'did not come to an end in time' });
      expect(ticks).toBeGreaterThan(10);
      expect(await value('1')).toBe(1);
    },
  );

  test('is not run any more where nobody waits for it', async () => {
    const endless = evaluate('function FindProxyForURL() { for (;;); }');
    const script = 'function FindProxyForURL() { return "DIRECT" }';
    const late = evaluatePac(sandbox, script, originOf('http://a.test'), names(), 100);
    expect(await late).toMatchObject({ failure: 'did not come to an end in time' });
    expect(await endless).toMatchObject({ failure: 'did not come to an end in time' });
  });

  test('reaches nothing of Node', async () => {
    const globals = [
      'process',
      'require',
      'module',
      'fetch',
      'globalThis.Worker',
      'WebAssembly',
      'setTimeout',
      'Buffer',
    ];
    expect(
      await value(
        `[${globals.map((name) => `typeof ${name}`).join()}].filter((t) => t !== 'undefined').length`,
      ),
    ).toBe(0);
    expect(await value('typeof isInNet.constructor("return typeof process")')).toBe('function');
    expect(await value('isInNet.constructor("return typeof process")()')).toBe('undefined');
  });

  test('keeps nothing from one question to the next', async () => {
    const script = 'var n = 0; function FindProxyForURL() { n += 1; return "PROXY v" + n + ":1" }';
    for (let i = 0; i < 2; i += 1)
      expect(await evaluate(script)).toMatchObject({ ways: [{ host: 'v1' }] });
  });

  test('looks up each name once, and none that is an address or that nobody asks for', async () => {
    const asked: string[] = [];
    const script = `function FindProxyForURL(url, host) {
      try { dnsResolve('127.0.0.1'); isInNet(host, '10.0.0.0', '255.0.0.0') } catch (e) {}
      var checks = { inside: function (h) { return isInNet(h, '10.0.0.0', '255.0.0.0') } };
      if ([host, 'intern.test'].some(function (h) { return checks.inside(h) })) return 'PROXY in:1';
      return 'DIRECT';
    }`;
    expect(await evaluate(script, 'https://api.test', names(asked))).toMatchObject({
      ways: [{ host: 'in' }],
    });
    expect(asked).toEqual(['api.test', 'intern.test']);
  });

  test('that looks up name after name is stopped', async () => {
    const script = 'function FindProxyForURL() { for (var i = 0; ; i++) dnsResolve("n" + i) }';
    expect(await evaluate(script)).toMatchObject({
      failure: 'looks up more than 32 names for one answer',
    });
  });

  test('is refused with the name of the package to install where that is not there', async () => {
    const alone = new PacSandbox(new URL('data:text/javascript,import "quickjs-wasi"'));
    const outcome = evaluatePac(alone, '', originOf('http://a.test'), names(), 9_999);
    await expect(outcome).rejects.toMatchObject({
      code: 'SDK_CONFIGURATION',
      hint: 'Install it beside the SDK: npm install quickjs-wasi.',
    });
  });
});
