import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { STAGES } from '../../src/connection/stages/stages.js';

test('the stages are a frozen list of named functions, in the order that the guide tells', () => {
  expect(Object.isFrozen(STAGES)).toBe(true);
  const order = ['build', ...STAGES.map((stage) => stage.name)].join(' → ');
  const guide = new URL('../../../../docs/guide/writing-a-driver.md', import.meta.url);
  expect(readFileSync(guide, 'utf8')).toContain(`    ${order}\n`);
});
