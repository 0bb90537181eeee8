/** microsocks: SOCKS5 with and without credentials; it writes down names as they were sent. */
import { join } from 'node:path';
import { acceptsConnections } from '../probes.mjs';
import { PRIVATE_NAMES_PACKAGES, privateNames } from './private-names.mjs';

const USERNAME = 'ada';
const PASSWORD = 'p@ss:w%rd/1?';

/** @type {import('../lab.mjs').LabServer} */
export const microsocks = {
  name: 'microsocks',
  packages: ['microsocks', ...PRIVATE_NAMES_PACKAGES],
  async start({ dir, ports, launch }) {
    const env = await privateNames(dir);
    /** @param {string} name @param {string[]} extra */
    const instance = async (name, extra) => {
      const port = await ports.take();
      await launch({
        name,
        command: '/usr/bin/microsocks',
        args: ['-i', '127.0.0.1', '-p', String(port), ...extra],
        cwd: dir,
        env,
        ready: () => acceptsConnections(port),
      });
      return { address: `127.0.0.1:${port}`, log: join(dir, '..', `${name}.log`) };
    };
    const [open, withUser] = await Promise.all([
      instance('microsocks-open', []),
      instance('microsocks-user', ['-u', USERNAME, '-P', PASSWORD]),
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
