import type { Config } from 'jest';

const config: Config = {
  testMatch: [
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/tools/*/test/**/*.test.ts',
    '<rootDir>/examples/test/**/*.test.ts',
  ],
  modulePathIgnorePatterns: ['<rootDir>/.cache/'],
  testEnvironment: 'node',
  // Ends a test that hangs; a busy machine must not.
  testTimeout: 60_000,
  testEnvironmentOptions: { customExportConditions: ['@sdk/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tsconfig.test.json' }],
  },
};

export default config;
