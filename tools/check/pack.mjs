// Packs every published package as `npm publish` would see it, and has publint and attw look at the tarballs.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bin, capture, root, say } from '../setup/say.mjs';
import { published } from './faces.mjs';

const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const packed = path.join(root, '.cache/packed');
rmSync(packed, { recursive: true, force: true });
mkdirSync(packed, { recursive: true });

async function must(what, command, args) {
  const { code, output } = await capture(command, args);
  if (code === 0) return;
  say('pack', `${what} failed:\n${output}`);
  process.exitCode = 1;
}

const filters = published.flatMap(({ name }) => ['--filter', name]);
await must('pnpm pack', 'npx', [
  '--yes',
  packageManager,
  ...filters,
  'pack',
  '--pack-destination',
  packed,
]);
const tarballs = readdirSync(packed);
if (tarballs.length !== published.length) {
  say(
    'pack',
    `${published.length} packages are to be published, but ${tarballs.length} tarballs were packed`,
  );
  process.exitCode = 1;
}
for (const name of tarballs) {
  const tarball = path.join(packed, name);
  await must(`publint on ${name}`, bin('publint'), [tarball, '--strict']);
  await must(`attw on ${name}`, bin('attw'), [
    tarball,
    '--profile',
    'esm-only',
    '--format',
    'ascii',
  ]);
  const { output } = await capture('tar', ['-tzf', tarball]);
  const files = new Set(output.split('\n').map((file) => file.replace(/^package\//, '')));
  const missing = ['LICENSE', 'README.md'].filter((file) => !files.has(file));
  // The compiler never deletes: what it made of a source that is gone would be published on.
  const stale = [...files].filter(
    (file) =>
      file.startsWith('dist/') &&
      file.endsWith('.js') &&
      !files.has(file.replace(/^dist/, 'src').replace(/\.js$/, '.ts')),
  );
  for (const file of missing) say('pack', `${name} holds no ${file}`);
  for (const file of stale)
    say(
      'pack',
      `${name} holds ${file}, whose source is gone: remove dist and .cache/tsc, and build again`,
    );
  if (missing.length + stale.length > 0) process.exitCode = 1;
}
