/** squid: one instance with an open port, a Basic port, both again under TLS, and one that wants a client certificate. */
import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FORBIDDEN_NAME, ORIGIN_NAME, startSquid } from './squid-instance.mjs';

const run = promisify(execFile);

// Characters that a proxy URL has to percent-encode, which is where clients go wrong.
const USERNAME = 'ada';
const PASSWORD = 'p@ss:w%rd/1?';

/** @type {import('../lab.mjs').LabServer} */
export const squid = {
  name: 'squid',
  packages: ['squid-openssl', 'apache2-utils'],
  async start({ dir, ports, certificates, launch }) {
    const open = await ports.take();
    const basic = await ports.take();
    const tls = await ports.take();
    const tlsBasic = await ports.take();
    const tlsClient = await ports.take();
    const passwords = join(dir, 'passwords');
    await run('htpasswd', ['-b', '-c', '-m', passwords, USERNAME, PASSWORD]);
    await chmod(passwords, 0o644);
    const cert = `tls-cert=${certificates.proxy.bundle}`;
    const config = `
http_port 127.0.0.1:${open} name=open
http_port 127.0.0.1:${basic} name=basic
https_port 127.0.0.1:${tls} name=tls ${cert}
https_port 127.0.0.1:${tlsBasic} name=tlsbasic ${cert}
https_port 127.0.0.1:${tlsClient} name=tlsclient ${cert} clientca=${certificates.client.ca}

auth_param basic program /usr/lib/squid/basic_ncsa_auth ${passwords}
auth_param basic realm lab
auth_param basic children 4 startup=1 idle=1

acl asks_for_credentials myportname basic tlsbasic
acl known_user proxy_auth REQUIRED
http_access allow !asks_for_credentials
http_access allow known_user
`;
    const { accessLog } = await startSquid(
      { dir, launch },
      { name: 'squid', config, port: tlsClient },
    );
    return {
      open: `http://127.0.0.1:${open}`,
      basic: `http://127.0.0.1:${basic}`,
      tls: `https://127.0.0.1:${tls}`,
      tlsBasic: `https://127.0.0.1:${tlsBasic}`,
      tlsClient: `https://127.0.0.1:${tlsClient}`,
      username: USERNAME,
      password: PASSWORD,
      originName: ORIGIN_NAME,
      forbiddenName: FORBIDDEN_NAME,
      accessLog,
    };
  },
};
