// A project outside the workspace installs the tarballs that the gate `pack` made, imports and requires every public face on
// every Node we have, and compiles against them as ESM and as CommonJS.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bin, capture, root, say } from '../setup/say.mjs';
import { faces, published } from './faces.mjs';

const packed = path.join(root, '.cache/packed');
const home = mkdtempSync(path.join(os.tmpdir(), 'sdk-consumer-'));

async function must(what, command, args) {
  const { code, output } = await capture(command, args, { cwd: home, env: { NODE_OPTIONS: '' } });
  if (code === 0) return say('consumer', `${what}: ${output.trim().split('\n').at(-1) || 'ok'}`);
  say('consumer', `${what} failed in ${home}:\n${output}`);
  process.exitCode = 1;
  throw new Error(what);
}

function tarballOf(name) {
  const prefix = `${name.slice(1).replace('/', '-')}-`;
  const file = existsSync(packed) && readdirSync(packed).find((entry) => entry.startsWith(prefix));
  if (!file) throw new Error(`no tarball of ${name} in .cache/packed: run the gate "pack" first`);
  return `file:${path.join(packed, file)}`;
}

function lay() {
  const dependencies = Object.fromEntries(published.map(({ name }) => [name, tarballOf(name)]));
  for (const { manifest } of published)
    for (const peer of Object.keys(manifest.peerDependencies ?? {}))
      dependencies[peer] = manifest.peerDependencies[peer];
  const overrides = Object.fromEntries(published.map(({ name }) => [name, `$${name}`]));
  const put = (file, text) => writeFileSync(path.join(home, file), text);
  put('package.json', JSON.stringify({ name: 'consumer', private: true, dependencies, overrides }));

  const names = JSON.stringify(faces.map(({ specifier }) => specifier));
  put(
    'import.mjs',
    `let total = 0;
for (const name of ${names}) {
  const face = await import(name);
  if (Object.keys(face).length === 0) throw new Error(name + ' exports nothing');
  total += Object.keys(face).length;
}
console.log(total + ' values imported from ${faces.length} faces');
`,
  );
  put(
    'require.cjs',
    `let total = 0;
for (const name of ${names}) {
  const face = require(name);
  if (Object.keys(face).length === 0) throw new Error(name + ' exports nothing');
  total += Object.keys(face).length;
}
console.log(total + ' values required from ${faces.length} faces');
`,
  );

  const imports = faces.map(({ specifier }, i) => `import * as face${i} from '${specifier}';`);
  const uses = faces.map((_, i) => `face${i}`).join(', ');
  for (const file of ['faces.mts', 'faces.cts'])
    put(file, `${imports.join('\n')}\nexport const faces = [${uses}];\n`);
  cpSync(path.join(root, 'tools/check/consumer/uses.mts'), path.join(home, 'uses.mts'));
  put(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2022',
        lib: ['es2023', 'esnext.disposable'],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: true,
        noEmit: true,
        types: ['node'],
        typeRoots: [path.join(root, 'node_modules/@types')],
      },
      files: ['faces.mts', 'faces.cts', 'uses.mts'],
    }),
  );
}

const others = path.join(root, 'tools/node-versions/node_modules');
const nodes = [
  [process.version, process.execPath],
  ...(existsSync(others) ? readdirSync(others) : [])
    .filter((name) => name.startsWith('node'))
    .map((name) => [name, path.join(others, name, 'bin/node')]),
];

try {
  lay();
  const quiet = [
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--prefer-offline',
    '--loglevel=error',
  ];
  await must('npm install of the tarballs', 'npm', ['install', ...quiet]);
  for (const [label, node] of nodes) {
    await must(`import on ${label}`, node, ['import.mjs']);
    await must(`require on ${label}`, node, ['require.cjs']);
  }
  await must('tsc, module nodenext', bin('tsc'), ['-p', 'tsconfig.json']);
  rmSync(home, { recursive: true, force: true });
} catch (error) {
  if (process.exitCode !== 1) throw error;
}
