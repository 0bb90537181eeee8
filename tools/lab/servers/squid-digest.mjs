/** squid with Digest alone; a scheme holds for all ports of an instance, so it is one of its own. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSquid } from './squid-instance.mjs';

const USERNAME = 'ada';
const PASSWORD = 'p@ss:w%rd/1?';
const REALM = 'lab digest';
/** After so many uses squid calls a nonce stale, so that a test of twenty tunnels sees it happen. */
const NONCE_USES = 8;

/** @type {import('../lab.mjs').LabServer} */
export const squidDigest = {
  name: 'squidDigest',
  packages: ['squid-openssl'],
  async start({ dir, ports, launch }) {
    const port = await ports.take();
    const passwords = join(dir, 'passwords');
    const ha1 = createHash('md5').update(`${USERNAME}:${REALM}:${PASSWORD}`).digest('hex');
    await writeFile(passwords, `${USERNAME}:${REALM}:${ha1}\n`, { mode: 0o644 });
    const config = `
http_port 127.0.0.1:${port} name=digest
auth_param digest program /usr/lib/squid/digest_file_auth -c ${passwords}
auth_param digest realm ${REALM}
auth_param digest children 2 startup=1 idle=1
auth_param digest nonce_max_count ${NONCE_USES}
auth_param digest check_nonce_count on
acl known_user proxy_auth REQUIRED
http_access allow known_user
`;
    const { accessLog } = await startSquid({ dir, launch }, { name: 'squid-digest', config, port });
    return {
      url: `http://127.0.0.1:${port}`,
      username: USERNAME,
      password: PASSWORD,
      realm: REALM,
      nonceUses: NONCE_USES,
      accessLog,
    };
  },
};
