import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { originOf } from '../../src/origin.js';
import { compileNoProxy } from '../../src/proxy/no-proxy.js';

interface Vector {
  noProxy: string | null;
  url: string;
  bypass: boolean | null;
  group: string;
  note: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/no-proxy.json', import.meta.url), 'utf8'),
) as Vector[];

describe('the examples of NO_PROXY', () => {
  test.each(vectors)('$group, $note: $noProxy and $url', ({ noProxy, url, bypass }) => {
    if (bypass === null) {
      expect(() => originOf(url)).toThrow(expect.objectContaining({ code: 'SDK_CONFIGURATION' }));
    } else {
      expect(bypasses(noProxy ?? '', url)).toBe(bypass);
    }
  });
});

function bypasses(noProxy: string | string[], url: string): boolean {
  return compileNoProxy(noProxy, 'NO_PROXY').match(originOf(url)) !== undefined;
}
