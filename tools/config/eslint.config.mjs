// Rules that find bugs; how code looks is Prettier's business.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';

const nodeGlobals = Object.fromEntries(
  [
    ...[
      'AbortController',
      'AbortSignal',
      'Buffer',
      'TextDecoder',
      'TextEncoder',
      'URL',
      'URLSearchParams',
    ],
    ...[
      'clearImmediate',
      'clearInterval',
      'clearTimeout',
      'console',
      'fetch',
      'performance',
      'process',
    ],
    ...['queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', 'structuredClone'],
  ].map((name) => [name, 'readonly']),
);

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.cache/', 'coverage/'] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
      'no-control-regex': 'off', // header and URL checks are about control characters
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportAllDeclaration:not([exported])',
          message: 'A face is a list: name what it exports.',
        },
      ],
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: nodeGlobals } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.test.json'],
        tsconfigRootDir: new URL('../..', import.meta.url).pathname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          caughtErrors: 'none',
          ignoreRestSiblings: true,
        },
      ],
      '@typescript-eslint/only-throw-error': 'off', // an abort rejects with the caller's own reason, whatever it is
      '@typescript-eslint/prefer-promise-reject-errors': 'off', // the same
      '@typescript-eslint/require-await': 'off', // an async method may have nothing to await in one driver
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/unbound-method': 'off', // records of functions are plain data here
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['**/*.test.ts', '**/*.lab.ts'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      'jest/expect-expect': [
        'error',
        { assertFunctionNames: ['expect', 'expect*', 'fc.assert', 'test*'] },
      ],
      'jest/no-conditional-expect': 'off', // tables decide what is expected
      'jest/no-disabled-tests': 'error',
      'jest/no-export': 'error',
      'jest/no-focused-tests': 'error',
      'jest/no-standalone-expect': 'off', // contract suites and helpers expect on a test's behalf
      'jest/valid-expect': 'off', // no-floating-promises sees the same, and lets a test await it later
      'jest/valid-title': ['error', { ignoreTypeOfDescribeName: true, ignoreTypeOfTestName: true }],
      '@typescript-eslint/no-unsafe-assignment': 'off', // expect.any() and JSON bodies under test
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  prettier,
);
