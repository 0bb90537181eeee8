/** squid with Negotiate alone, and the KDC that it and its clients trust. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installKerberosModule } from '../kerberos-module.mjs';
import { startKdc } from './kdc.mjs';
import { startSquid } from './squid-instance.mjs';

const run = promisify(execFile);
const HELPER = '/usr/lib/squid/negotiate_kerberos_auth';

/** @type {import('../lab.mjs').LabServer} */
export const squidNegotiate = {
  name: 'squidNegotiate',
  packages: [
    ...['squid-openssl', 'krb5-kdc', 'krb5-admin-server', 'krb5-user'],
    // What the npm module `kerberos` is built with.
    ...['libkrb5-dev', 'g++', 'make', 'python3'],
  ],
  async start({ dir, ports, launch, environment }) {
    const port = await ports.take();
    const own = join(dir, 'kdc');
    await mkdir(own);
    const services = ['HTTP/localhost', 'HTTP/127.0.0.1'];
    const [kdc, modulePath] = await Promise.all([
      startKdc({ dir: own, ports, launch }, services),
      installKerberosModule(),
    ]);
    await run('chown', ['proxy:proxy', kdc.keytab]);
    const config = `
http_port 127.0.0.1:${port} name=negotiate
# -t none: no cache of tickets seen, which would want a file of its own.
auth_param negotiate program ${HELPER} -k ${kdc.keytab} -s GSS_C_NO_NAME -t none
auth_param negotiate children 4 startup=1 idle=1
auth_param negotiate keep_alive on
acl known_user proxy_auth REQUIRED
http_access allow known_user
`;
    const env = { KRB5_CONFIG: kdc.env['KRB5_CONFIG'] ?? '' };
    const { accessLog } = await startSquid(
      { dir, launch },
      { name: 'squid-negotiate', config, port, env },
    );
    // libkrb5 reads the process's own environment, which a test cannot set from inside.
    Object.assign(environment, kdc.env);
    return {
      // The name counts: a ticket is for HTTP/localhost.
      url: `http://localhost:${port}`,
      principal: kdc.principal,
      krb5Config: kdc.env['KRB5_CONFIG'] ?? '',
      ccache: kdc.ccache,
      modulePath,
      accessLog,
    };
  },
};
