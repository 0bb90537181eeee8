import { expect, test } from '@jest/globals';
import { startOrigin } from '@sdk/testing';
import { runProgram } from '../child/child.js';
import { keep } from '../connection/stand.js';

test('a call loads no package that it does not need: neither axios, nor undici, nor an XML parser', async () => {
  const origin = keep(await startOrigin());
  const { code, stderr } = await runProgram('get', {
    args: [`${origin.url}/json`],
    env: { SDK_TELL_PACKAGES: '1' },
  });
  const loaded = [...stderr.matchAll(/^loads (?!node:)(.+)$/gm)].map(([, name]) => name);
  expect(code).toBe(0);
  expect(loaded).toContain('@sdk/common');
  expect(loaded.filter((name) => /axios|undici|xml|quickjs|kerberos/.test(name ?? ''))).toEqual([]);
});
