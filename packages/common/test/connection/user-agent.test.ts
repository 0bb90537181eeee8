import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { userAgentOf, VERSION } from '../../src/connection/options/user-agent.js';

test('the user agent names the version of the package', () => {
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  expect(VERSION).toBe(version);
  expect(userAgentOf(undefined)).toBe(`sdk-common/${version} node/${process.versions.node}`);
  expect(userAgentOf(' tool/1 ')).toBe(
    `tool/1 sdk-common/${version} node/${process.versions.node}`,
  );
});
