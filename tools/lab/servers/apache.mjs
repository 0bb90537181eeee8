/** apache2 as a proxy: Basic and Digest, each plain and under TLS; the second `https:` proxy beside squid. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acceptsConnections } from '../probes.mjs';

const run = promisify(execFile);
const MODULES = [
  ...['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'authz_host'],
  ...['auth_basic', 'auth_digest', 'proxy', 'proxy_http', 'proxy_connect', 'ssl', 'socache_shmcb'],
];
const USERNAME = 'ada';
const PASSWORD = 'p@ss:w%rd/1?';
const REALM = 'lab digest';

/** @type {import('../lab.mjs').LabServer} */
export const apache = {
  name: 'apache',
  packages: ['apache2', 'apache2-utils'],
  async start({ dir, ports, certificates, launch }) {
    const accessLog = join(dir, 'access.log');
    const basicFile = join(dir, 'basic-passwords');
    const digestFile = join(dir, 'digest-passwords');
    const ha1 = createHash('md5').update(`${USERNAME}:${REALM}:${PASSWORD}`).digest('hex');
    await run('htpasswd', ['-b', '-c', '-m', basicFile, USERNAME, PASSWORD]);
    await chmod(basicFile, 0o644);
    await writeFile(digestFile, `${USERNAME}:${REALM}:${ha1}\n`, { mode: 0o644 });

    const basic = `AuthType Basic\n  AuthName "lab"\n  AuthUserFile ${basicFile}\n  Require valid-user`;
    const digest = `AuthType Digest\n  AuthName "${REALM}"\n  AuthUserFile ${digestFile}\n  Require valid-user`;
    const tls = `SSLEngine on\n  SSLCertificateFile ${certificates.proxy.cert}\n  SSLCertificateKeyFile ${certificates.proxy.key}`;
    const sites = {
      basic: { port: await ports.take(), access: basic, tls: '' },
      digest: { port: await ports.take(), access: digest, tls: '' },
      tls: { port: await ports.take(), access: 'Require local', tls },
      tlsBasic: { port: await ports.take(), access: basic, tls },
      tlsDigest: { port: await ports.take(), access: digest, tls },
    };
    const config = join(dir, 'apache2.conf');
    await writeFile(config, serverConfig({ dir, accessLog, sites: Object.values(sites) }));
    await launch({
      name: 'apache',
      command: '/usr/sbin/apache2',
      args: ['-DFOREGROUND', '-f', config],
      cwd: dir,
      ready: () => acceptsConnections(sites.tlsDigest.port),
    });
    return {
      basic: `http://127.0.0.1:${sites.basic.port}`,
      digest: `http://127.0.0.1:${sites.digest.port}`,
      tls: `https://127.0.0.1:${sites.tls.port}`,
      tlsBasic: `https://127.0.0.1:${sites.tlsBasic.port}`,
      tlsDigest: `https://127.0.0.1:${sites.tlsDigest.port}`,
      username: USERNAME,
      password: PASSWORD,
      realm: REALM,
      accessLog,
    };
  },
};

/** @param {{ dir: string, accessLog: string, sites: { port: number, access: string, tls: string }[] }} options */
function serverConfig({ dir, accessLog, sites }) {
  return `
ServerName apache.lab.test
ServerRoot ${dir}
DefaultRuntimeDir ${dir}
PidFile ${join(dir, 'apache2.pid')}
ErrorLog ${join(dir, 'error.log')}
${MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
User www-data
Group www-data
StartServers 1
ServerLimit 4
ThreadsPerChild 32
MaxRequestWorkers 128
KeepAliveTimeout 60
LogFormat "%>s user=%u lp=%{local}p line=%r" way
CustomLog ${accessLog} way
AllowCONNECT 1-65535
${sites
  .map(
    ({ port, access, tls }) => `
Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
  ProxyRequests On
  ${tls}
  <Proxy "*">
  ${access}
  </Proxy>
</VirtualHost>`,
  )
  .join('\n')}
`;
}
