// The gates, in the order in which they run. Each answers { code, output }; output is shown only where code is not 0.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { jest } from '../setup/jest.mjs';
import { bin, capture, root } from '../setup/say.mjs';

const node = process.execPath;

const program = (name, ...args) => capture(bin(name), args);
const script = (file, ...args) => capture(node, [path.join('tools/check', file), ...args]);

/** Runs the steps until one fails. */
async function each(...steps) {
  for (const step of steps) {
    const result = await step();
    if (result.code !== 0) return result;
  }
  return { code: 0, output: '' };
}

// The run on this Node leaves a core free and, on two, stays in one process, where jest sees what a test left open.
const allCores = ['--maxWorkers=100%', '--silent'];

/** The tests on another Node, behind an environment that names proxies which would break every call that obeyed it. */
function testsOn(major, stage) {
  const binary = path.join(
    root,
    `tools/node-versions/node_modules/node${major}-${process.platform}-${process.arch}/bin/node`,
  );
  return {
    name: `node${major}`,
    what: `the tests on Node ${major}, then with NODE_USE_ENV_PROXY=1 and a dead proxy in the environment`,
    stage, // one after the other: tests about time want the cores to themselves
    async run() {
      if (!existsSync(binary))
        return {
          code: 1,
          output: `${binary} is missing: npm has it for Linux on x64 and arm64 only`,
        };
      const dead = 'http://127.0.0.1:9';
      const label = `tests on Node ${major}`;
      const plain = await jest(allCores, { label, node: binary });
      const behindProxies = await jest(allCores, {
        label: `${label}, NODE_USE_ENV_PROXY=1`,
        node: binary,
        env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: dead, HTTPS_PROXY: dead, NO_PROXY: '' },
      });
      return { code: plain || behindProxies, output: '' };
    },
  };
}

export const gates = [
  {
    name: 'format',
    what: 'prettier --check',
    stage: 1,
    run: () => script('format.mjs'),
  },
  {
    name: 'lint',
    what: 'eslint, with types',
    stage: 1,
    run: () =>
      program('eslint', '-c', 'tools/config/eslint.config.mjs', '--max-warnings', '0', '.'),
  },
  {
    name: 'types',
    what: 'tsc --noEmit over sources, tests, tools and examples',
    stage: 1,
    run: () => program('tsc', '--noEmit', '-p', 'tsconfig.test.json'),
  },
  {
    name: 'arrows',
    what: 'dependency-cruiser: the arrows of ARCHITECTURE.md, and a proof that each rule fires',
    stage: 1,
    run: () =>
      each(
        () => script('arrows.mjs'),
        () =>
          program(
            'depcruise',
            '--config',
            'tools/config/dependency-cruiser.mjs',
            ...['packages', 'tools', 'examples'].filter((folder) =>
              existsSync(path.join(root, folder)),
            ),
          ),
      ),
  },
  {
    name: 'knip',
    what: 'unused files, exports and dependencies',
    stage: 1,
    run: () => program('knip', '--config', 'tools/config/knip.json', '--no-config-hints'),
  },
  {
    name: 'alone',
    what: 'the project speaks of itself alone',
    stage: 1,
    run: () => script('alone.mjs'),
  },
  {
    name: 'rules',
    what: 'each rule of docs/rules.md is the title of a test',
    stage: 1,
    run: () => script('rules.mjs'),
  },
  {
    name: 'changes',
    what: 'changesets: what changed since origin/main is described in .changeset',
    stage: 1,
    run: () => script('changes.mjs'),
  },
  {
    name: 'build',
    what: 'tsc -b',
    stage: 2,
    run: () => program('tsc', '-b', 'tsconfig.json'),
  },
  {
    name: 'api',
    what: 'api-extractor: the public faces are those in packages/*/api',
    needs: ['build'],
    stage: 3,
    run: () => script('api.mjs'),
  },
  {
    name: 'pack',
    what: 'pnpm pack, publint --strict and attw on every tarball',
    needs: ['build'],
    stage: 3,
    run: () => script('pack.mjs'),
  },
  {
    name: 'consumer',
    what: 'a project of its own installs the tarballs, imports, requires and compiles against them',
    needs: ['build', 'pack'],
    stage: 4,
    run: () => script('consumer.mjs'),
  },
  {
    name: 'tests',
    what: `the tests on this Node, ${process.version}`,
    stage: 5,
    run: async () => ({
      code: await jest(),
      output: '',
    }),
  },
  testsOn(22, 6),
  testsOn(24, 7),
  testsOn(26, 8),
];
