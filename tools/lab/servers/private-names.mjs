/** Gives a server names and users that this machine does not have, by nss_wrapper (cwrap.org): nothing in /etc is touched. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ORIGIN_NAME } from './squid-instance.mjs';

const run = promisify(execFile);
const USER_ID = 61_234;

export const PRIVATE_NAMES_PACKAGES = ['libnss-wrapper', 'openssl'];

/**
 * The variables of a process that knows `origin.lab.test`, and one more user where one is given.
 *
 * @param {string} dir
 * @param {{ username: string, password: string, uid?: number, home?: string }} [user]
 * @returns {Promise<Record<string, string>>}
 */
export async function privateNames(dir, user) {
  /** @param {string} name */
  const file = (name) => join(dir, `nss-${name}`);
  await writeFile(file('hosts'), `127.0.0.1 localhost ${ORIGIN_NAME}\n`);
  const env = { LD_PRELOAD: 'libnss_wrapper.so', NSS_WRAPPER_HOSTS: file('hosts') };
  if (user === undefined) return env;
  const { username, password, uid = USER_ID, home = '/nonexistent' } = user;
  const { stdout: hash } = await run('openssl', ['passwd', '-6', password]);
  const [passwd, group] = await Promise.all([readFile('/etc/passwd'), readFile('/etc/group')]);
  await writeFile(file('passwd'), `${passwd}${username}:x:${uid}:${uid}::${home}:/bin/sh\n`);
  await writeFile(file('group'), group);
  await writeFile(file('shadow'), `${username}:${hash.trim()}:19000:0:99999:7:::\n`, {
    mode: 0o600,
  });
  return {
    ...env,
    NSS_WRAPPER_PASSWD: file('passwd'),
    NSS_WRAPPER_GROUP: file('group'),
    NSS_WRAPPER_SHADOW: file('shadow'),
  };
}
