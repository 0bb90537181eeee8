import { readFileSync } from 'node:fs';
import type { Config } from 'jest';
// @ts-expect-error ts-node runs this file as CommonJS and does not map .js to .ts
import root from '../../jest.config.ts';

/** The optional module that the lab built: `import('kerberos')` finds it in a run of the lab, and nowhere else. */
function kerberosModule(): Record<string, string> {
  const file = process.env['SDK_LAB_FILE'];
  if (file === undefined || file === '') return {};
  const lab = JSON.parse(readFileSync(file, 'utf8')) as { squidNegotiate: { modulePath: string } };
  return { '^kerberos$': lab.squidNegotiate.modulePath };
}

const config: Config = {
  ...root,
  rootDir: '../..',
  testMatch: ['<rootDir>/packages/*/test/lab/**/*.lab.ts', '<rootDir>/tools/lab/test/**/*.lab.ts'],
  moduleNameMapper: { ...root.moduleNameMapper, ...kerberosModule() },
  testTimeout: 60_000,
};

export default config;
