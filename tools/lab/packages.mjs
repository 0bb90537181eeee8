/** Installs the Debian packages that the lab's servers come from, and lets none of them start a service. */
import { spawn } from 'node:child_process';
import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';

const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_KEPT = '/usr/sbin/policy-rc.d.before-sdk-lab';
const MARK = '# written by the SDK lab';

/**
 * Installs what is missing of `packages`; does nothing, quickly, when all are there.
 *
 * @param {string[]} packages Debian package names
 * @param {(line: string) => void} say
 * @throws {Error} when not root, when apt-get is not there, or when it fails
 */
export async function installPackages(packages, say) {
  const missing = await missingPackages(packages);
  if (missing.length === 0) {
    say(`packages: all ${packages.length} are installed`);
    return;
  }
  say(`packages: installing ${missing.join(' ')}`);
  await withoutServices(async () => {
    // A fresh container has no lists at all, an old one has lists that name files which are gone.
    if (!(await allHaveCandidates(missing))) await update(say);
    const first = await aptGet(installArguments(missing));
    if (first.code === 0) return;
    await update(say);
    const second = await aptGet(installArguments(missing));
    if (second.code !== 0) throw failed('apt-get install', second);
  });
  const stillMissing = await missingPackages(packages);
  if (stillMissing.length > 0) {
    throw new Error(`apt-get ended well, yet these are not installed: ${stillMissing.join(' ')}`);
  }
}

/** @param {string[]} packages @returns {Promise<string[]>} */
async function missingPackages(packages) {
  const format = '${Package} ${db:Status-Status}\n';
  const { stdout } = await capture('dpkg-query', ['-W', `-f=${format}`, ...packages]);
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

/** @param {string[]} packages */
async function allHaveCandidates(packages) {
  const { stdout } = await capture('apt-cache', ['policy', ...packages]);
  const candidates = stdout.split('\n').filter((line) => /^\s+Candidate: \S/.test(line));
  return (
    candidates.length === packages.length && !candidates.some((line) => line.includes('(none)'))
  );
}

/** @param {string[]} packages */
function installArguments(packages) {
  // --no-remove: a developer's own squid or apache must never be taken away to make room for ours.
  return ['install', '-y', '-qq', '--no-install-recommends', '--no-remove', ...packages];
}

/** @param {(line: string) => void} say */
async function update(say) {
  say('packages: reading the package lists (apt-get update)');
  const result = await aptGet(['update', '-qq']);
  if (result.code !== 0) throw failed('apt-get update', result);
}

/** @param {string} verb @param {{ code: number, output: string }} result */
function failed(verb, { code, output }) {
  return new Error(
    `${verb} ended with ${code}:\n${output.trimEnd().split('\n').slice(-30).join('\n')}`,
  );
}

/** @param {string[]} args @returns {Promise<{ code: number, output: string }>} */
function aptGet(args) {
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Options::=--force-confold'];
  return new Promise((resolve, reject) => {
    const child = spawn('apt-get', [...options, ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
      // A group of its own: Ctrl-C waits for dpkg instead of leaving it half way.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    /** @param {string} text */
    const keep = (text) => (output += text);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', (cause) => reject(new Error('apt-get could not be started', { cause })));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** @param {string} command @param {string[]} args @returns {Promise<{ stdout: string, code: number }>} */
function capture(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.once('error', (cause) => {
      const remedy = 'the lab needs Debian 12 or a system derived from it';
      reject(new Error(`${command} could not be started: ${remedy}`, { cause }));
    });
    child.once('close', (code) => resolve({ stdout, code: code ?? 1 }));
  });
}

/**
 * Runs `work` while invoke-rc.d is told not to start anything (exit 101 of policy-rc.d, Debian's
 * invoke-rc.d policy interface), and puts back what was there, also after a run that was killed.
 *
 * @param {() => Promise<void>} work
 */
async function withoutServices(work) {
  if ((await exists(POLICY)) && !(await readFile(POLICY, 'utf8')).includes(MARK)) {
    await rename(POLICY, POLICY_KEPT);
  }
  await writeFile(POLICY, `#!/bin/sh\n${MARK}\nexit 101\n`, { mode: 0o755 });
  try {
    await work();
  } finally {
    await rm(POLICY, { force: true });
    if (await exists(POLICY_KEPT)) await rename(POLICY_KEPT, POLICY);
  }
}

/** @param {string} path */
async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
