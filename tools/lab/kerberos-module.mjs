/** Builds the optional npm module `kerberos` into a folder of the lab's own; the workspace does not depend on it. */
import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSION = '7.0.0';
const CACHE = fileURLToPath(new URL('../../.cache/lab', import.meta.url));

/**
 * The folder of the built module. It speaks Node-API, so that one build serves every Node; the first run compiles it
 * (some ten seconds), later ones find it.
 *
 * @returns {Promise<string>}
 */
export async function installKerberosModule() {
  const place = join(CACHE, `kerberos-${VERSION}-${process.arch}`);
  const built = join(place, 'node_modules/kerberos');
  if (await exists(join(built, 'build/Release/kerberos.node'))) return built;
  const making = `${place}.${process.pid}`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  try {
    await writeFile(join(making, 'package.json'), '{ "private": true }\n');
    await npmInstall(making);
    await rm(place, { recursive: true, force: true });
    await rename(making, place);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return built;
}

/** @param {string} cwd */
async function npmInstall(cwd) {
  const prefix = await headersOfNode();
  const env = {
    ...process.env,
    npm_config_build_from_source: 'true',
    ...(prefix === undefined ? {} : { npm_config_nodedir: prefix }),
  };
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const args = ['install', '--ignore-scripts=false', ...quiet, `kerberos@${VERSION}`];
  try {
    await run('npm', args, { cwd, env, timeout: 5 * 60_000 });
  } catch (cause) {
    const words = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : '';
    throw new Error(
      `the npm module kerberos could not be built:\n${words.trimEnd().split('\n').slice(-30).join('\n')}`,
      { cause },
    );
  }
}

/**
 * Where a Node was installed with its headers, so that node-gyp has nothing to fetch; those of another version do, since
 * Node-API is the same in all.
 *
 * @returns {Promise<string | undefined>}
 */
async function headersOfNode() {
  for (const prefix of [dirname(dirname(process.execPath)), '/usr/local', '/usr']) {
    if (await exists(join(prefix, 'include/node/node_api.h'))) return prefix;
  }
  return undefined;
}

/** @param {string} path */
async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
