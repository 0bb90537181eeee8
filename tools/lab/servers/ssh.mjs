/**
 * `ssh -D`: the SOCKS proxy that most people have, and the one of the lab that speaks SOCKS4a. At its far end stands a dropbear,
 * whose package has no service; ssh's own log tells the version of SOCKS and the name as it was sent.
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acceptsConnections } from '../probes.mjs';
import { PRIVATE_NAMES_PACKAGES, privateNames } from './private-names.mjs';

const run = promisify(execFile);
const USERNAME = 'sdk-lab';

/** @type {import('../lab.mjs').LabServer} */
export const ssh = {
  name: 'ssh',
  packages: ['openssh-client', 'dropbear-bin', ...PRIVATE_NAMES_PACKAGES],
  async start({ dir, ports, launch }) {
    const socks = await ports.take();
    const far = await ports.take();
    const home = join(dir, 'home');
    const authorized = join(home, '.ssh', 'authorized_keys');
    await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 });
    await chmod(home, 0o700);
    const key = join(dir, 'key');
    const hostKey = join(dir, 'host-key');
    await Promise.all([
      run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]),
      run('dropbearkey', ['-t', 'ed25519', '-f', hostKey]),
    ]);
    await copyFile(`${key}.pub`, authorized);
    await chmod(authorized, 0o600);
    const user = { username: USERNAME, password: `lab-${Math.random()}`, uid: 0, home };
    await launch({
      name: 'dropbear',
      command: '/usr/sbin/dropbear',
      // -s: no passwords.
      args: ['-F', '-E', '-m', '-s', '-p', `127.0.0.1:${far}`, '-r', hostKey, '-P', ''],
      cwd: dir,
      env: await privateNames(dir, user),
      ready: () => acceptsConnections(far),
    });
    const options = {
      IdentitiesOnly: 'yes',
      StrictHostKeyChecking: 'no',
      UserKnownHostsFile: '/dev/null',
      ExitOnForwardFailure: 'yes',
    };
    await launch({
      name: 'ssh',
      command: '/usr/bin/ssh',
      args: [
        ...['-vv', '-N', '-F', 'none', '-i', key, '-D', `127.0.0.1:${socks}`],
        ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
        ...['-p', String(far), `${USERNAME}@127.0.0.1`],
      ],
      cwd: dir,
      ready: () => acceptsConnections(socks),
    });
    return { socks: `127.0.0.1:${socks}`, log: join(dir, '..', 'ssh.log') };
  },
};
