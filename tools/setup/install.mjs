// Installs the workspace with the pinned pnpm, and only when something that decides the outcome has changed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { duration, root, run, say } from './say.mjs';

const stamp = path.join(root, 'node_modules/.setup-stamp');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const pnpm = manifest.packageManager; // `pnpm@x.y.z`: the one place where the version is pinned
const lockfile = path.join(root, 'pnpm-lock.yaml');

/**
 * Every file that decides what an install yields: the lockfile, the workspace and all manifests.
 * @returns {string[]} paths relative to the root
 */
function inputs() {
  const members = ['packages', 'tools'].flatMap((parent) =>
    readdirSync(path.join(root, parent)).map((child) => `${parent}/${child}`),
  );
  return ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']
    .concat([...members, 'examples'].sort().map((folder) => `${folder}/package.json`))
    .filter((file) => existsSync(path.join(root, file)));
}

function digest() {
  const hash = createHash('sha256').update(process.version.split('.')[0]);
  for (const file of inputs()) hash.update(file).update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

function lockedPackages() {
  const lines = readFileSync(lockfile, 'utf8').split('\n');
  const from = lines.indexOf('packages:');
  const to = lines.indexOf('snapshots:');
  return lines.slice(from, to).filter((line) => /^ {2}\S.*:$/.test(line)).length;
}

/**
 * Brings `node_modules` to what the lockfile says. Members named by `without` (globs of package names) are left out:
 * they carry large downloads that only some verbs need.
 *
 * @returns {Promise<number>} the exit code, 0 where nothing had to be done
 */
export async function install({ without = ['@sdk-tools/node-versions'] } = {}) {
  const wanted = `${digest()} without ${without.join(' ')}`;
  const found = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
  // An install of everything also serves those who need less.
  if (found === wanted || found === `${digest()} without `) {
    say('setup', 'dependencies are up to date');
    return 0;
  }
  const why = found === undefined ? 'first install' : 'the lockfile or a manifest changed';
  say(
    'setup',
    `${pnpm}: installing what the lockfile names, ${lockedPackages()} packages (${why})`,
  );
  const started = performance.now();
  const filters = without.flatMap((name) => ['--filter', `!${name}`]);
  const code = await run('npx', [
    '--yes',
    pnpm,
    ...filters,
    'install',
    '--frozen-lockfile',
    '--reporter=append-only',
  ]);
  if (code !== 0) {
    say(
      'setup',
      `the install failed (exit code ${code}). It needs a package registry: behind a proxy, set HTTPS_PROXY; ` +
        'if the lockfile is out of date, run the install without --frozen-lockfile as CONTRIBUTING.md says',
    );
    return code;
  }
  writeFileSync(stamp, wanted);
  say('setup', `installed in ${duration(performance.now() - started)}`);
  return 0;
}
