/** tinyproxy: one open instance and one that asks for Basic credentials. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptsConnections } from '../probes.mjs';

const USERNAME = 'ada';
const PASSWORD = 'lovelace';

/** @type {import('../lab.mjs').LabServer} */
export const tinyproxy = {
  name: 'tinyproxy',
  packages: ['tinyproxy'],
  async start(context) {
    const [open, basic] = await Promise.all([
      startTinyproxy(context, 'tinyproxy-open'),
      startTinyproxy(context, 'tinyproxy-basic', `BasicAuth ${USERNAME} ${PASSWORD}`),
    ]);
    return {
      open: open.url,
      openLog: open.log,
      basic: basic.url,
      basicLog: basic.log,
      username: USERNAME,
      password: PASSWORD,
    };
  },
};

/**
 * Starts one instance with `extra` lines of configuration.
 *
 * @param {Pick<import('../lab.mjs').LabContext, 'dir' | 'ports' | 'launch'>} context
 * @param {string} name
 * @param {string} [extra]
 * @returns {Promise<{ url: string, log: string }>}
 */
export async function startTinyproxy({ dir, ports, launch }, name, extra = '') {
  const port = await ports.take();
  const config = join(dir, `${name}.conf`);
  const log = join(dir, `${name}-access.log`);
  await writeFile(
    config,
    `
Port ${port}
Listen 127.0.0.1
Allow 127.0.0.1
Timeout 60
MaxClients 200
LogFile "${log}"
LogLevel Info
DisableViaHeader No
${extra}
`,
  );
  await launch({
    name,
    command: '/usr/bin/tinyproxy',
    args: ['-d', '-c', config],
    cwd: dir,
    ready: () => acceptsConnections(port),
  });
  return { url: `http://127.0.0.1:${port}`, log };
}
