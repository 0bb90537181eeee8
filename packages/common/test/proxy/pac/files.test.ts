import { describe, expect, test } from '@jest/globals';
import { parseProxyUrl } from '@sdk/common';
import type { ProxyServer } from '@sdk/common';
import type { PacMeans, PacVerdict } from '../../../src/proxy/pac/files.js';
import { PAC_ANSWER_MS, PAC_RELOAD_MS, PacFiles } from '../../../src/proxy/pac/files.js';
import { originOf } from '../../../src/route/origin.js';
import { names } from './ask.js';

const FRESH_MS = 300_000;
const file = parseProxyUrl('pac+http://wpad.test/proxy.pac?token=canary');
const api = originOf('https://api.test');
const says = (answer: string) => `function FindProxyForURL() { return '${answer}' }`;

/** Files whose text, failure and clock the test sets. */
function stand(text: string) {
  const state = { now: 0, text, failing: false, loads: 0, warnings: [] as string[] };
  const files = new PacFiles(() => state.now);
  const means: PacMeans = {
    load: async () => {
      state.loads += 1;
      if (state.failing) return { failure: 'is gone', hint: 'Look for it.', retryable: true };
      return { text: state.text, freshMs: FRESH_MS };
    },
    names: names(),
    warn: (message) => state.warnings.push(message),
    limitMs: 20_000,
  };
  const first = async (of: ProxyServer = file, origin = api) => {
    const verdict = (await files.ask(of, origin, means)) as PacVerdict;
    return verdict.candidates?.[0];
  };
  return { state, files, means, first };
}

describe('a PAC file that was loaded', () => {
  test('is loaded once for requests that ask together, which get the same proxy', async () => {
    const { state, files, first } = stand(says('PROXY a:1'));
    expect(files.known(file, api)).toBeUndefined();
    const all = await Promise.all(Array.from({ length: 50 }, () => first()));
    expect(state.loads).toBe(1);
    expect(new Set(all).size).toBe(1);
    expect(await first(file, originOf('http://other.test'))).toBe(all[0]);
    expect(files.known(file, api)?.candidates[0]).toBe(all[0]);
  });

  test('is asked anew when it is no longer fresh, and what it named before is forgotten', async () => {
    const { state, files, first } = stand(says('PROXY a:1'));
    const old = await first();
    state.text = says('PROXY b:1');
    state.now = FRESH_MS - 1;
    expect(await first()).toBe(old);
    state.now = FRESH_MS;
    expect(files.known(file, api)).toBeUndefined();
    expect(await first()).toMatchObject({ host: 'b' });
    state.text = says('PROXY a:1');
    state.now += FRESH_MS;
    expect(await first()).not.toBe(old);
  });

  test('keeps its answers where it has not changed, but not for long', async () => {
    const { state, first } = stand(
      `function FindProxyForURL() { return 'PROXY v' + Date.now() + ':1' }`,
    );
    const early = await first();
    state.now = PAC_ANSWER_MS - 1;
    expect(await first()).toBe(early);
    state.now = PAC_ANSWER_MS;
    expect(await first()).not.toBe(early);
    expect(state.loads).toBe(1);
  });

  test('goes on deciding where it cannot be loaded anew, which is said without its secrets', async () => {
    const { state, first } = stand(says('PROXY a:1'));
    const old = await first();
    Object.assign(state, { now: FRESH_MS, failing: true });
    expect([await first(), await first()]).toEqual([old, old]);
    expect(state.loads).toBe(2);
    expect(state.warnings).toEqual([
      'The PAC file pac+http://wpad.test/proxy.pac is gone; its previous version stays in use',
    ]);
    state.now += PAC_RELOAD_MS;
    expect(await first()).toBe(old);
    expect(state.loads).toBe(3);
  });

  test('is loaded again at the next request where it never was', async () => {
    const { state, files, means, first } = stand(says('DIRECT'));
    state.failing = true;
    expect(await files.ask(file, api, means)).toMatchObject({ failure: 'is gone' });
    state.failing = false;
    expect(await first()).toBe('direct');
  });

  test('names proxies with the credentials, headers, TLS and tunnel of its setting, and others with none', async () => {
    const { first } = stand(says('PROXY a:1'));
    const named = await first(parseProxyUrl('pac+http://ada:canary@wpad.test/proxy.pac'));
    expect(named).toMatchObject({ username: 'ada', password: 'canary', host: 'a', pac: undefined });
    expect(await first()).toMatchObject({ username: null, password: null });
  });
});
