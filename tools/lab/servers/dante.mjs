/** dante: SOCKS 4 and 5 for everybody, and SOCKS5 for a system user. It knows the origin's name, which its clients do not. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptsConnections } from '../probes.mjs';
import { PRIVATE_NAMES_PACKAGES, privateNames } from './private-names.mjs';
import { ORIGIN_NAME } from './squid-instance.mjs';

const USERNAME = 'ada-lab';
const PASSWORD = 'p@ss:w%rd/1?';

/** @type {import('../lab.mjs').LabServer} */
export const dante = {
  name: 'dante',
  packages: ['dante-server', ...PRIVATE_NAMES_PACKAGES],
  async start({ dir, ports, launch }) {
    const env = await privateNames(dir, { username: USERNAME, password: PASSWORD });
    /** @param {string} name @param {'none' | 'username'} method */
    const instance = async (name, method) => {
      const port = await ports.take();
      const log = join(dir, `${name}-access.log`);
      const config = join(dir, `${name}.conf`);
      // `log` has to stand on a line of its own.
      await writeFile(
        config,
        `
logoutput: ${log}
internal: 127.0.0.1 port = ${port}
external: 127.0.0.1
clientmethod: none
socksmethod: ${method}
user.privileged: root
user.unprivileged: nobody
client pass {
  from: 127.0.0.0/8 to: 0.0.0.0/0
  log: error
}
socks pass {
  from: 127.0.0.0/8 to: 127.0.0.0/8
  command: connect
  log: connect error
}
socks pass {
  from: 127.0.0.0/8 to: ${ORIGIN_NAME}
  command: connect
  log: connect error
}
`,
      );
      await launch({
        name,
        command: '/usr/sbin/danted',
        args: ['-N', '1', '-f', config],
        cwd: dir,
        env,
        ready: () => acceptsConnections(port),
      });
      return { address: `127.0.0.1:${port}`, log };
    };
    const [open, withUser] = await Promise.all([
      instance('dante-open', 'none'),
      instance('dante-user', 'username'),
    ]);
    return {
      open: open.address,
      openLog: open.log,
      user: withUser.address,
      userLog: withUser.log,
      username: USERNAME,
      password: PASSWORD,
    };
  },
};
