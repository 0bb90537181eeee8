import type { Config } from 'jest';
// @ts-expect-error ts-node runs this file as CommonJS and does not map .js to .ts
import root from '../../jest.config.ts';

const config: Config = {
  ...root,
  rootDir: '../..',
  testMatch: ['<rootDir>/packages/*/test/lab/**/*.lab.ts', '<rootDir>/tools/lab/test/**/*.lab.ts'],
  testTimeout: 60_000,
};

export default config;
