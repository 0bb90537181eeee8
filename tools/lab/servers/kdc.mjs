/** A Kerberos KDC for one realm that exists for the run alone; nothing of this machine's own Kerberos is read or written. */
import { execFile, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acceptsConnections } from '../probes.mjs';

const run = promisify(execFile);
const REALM = 'LAB.TEST';
const USER = 'ada';

/**
 * @typedef {object} Kdc
 * @property {string} realm
 * @property {string} principal the user who has a ticket in `ccache`
 * @property {string} keytab the keys of `services`
 * @property {string} ccache where the user's ticket is
 * @property {Record<string, string>} env the variables that point libkrb5 to this realm
 */

/**
 * Makes the realm, starts the KDC, and gets the user a ticket.
 *
 * @param {Pick<import('../lab.mjs').LabContext, 'dir' | 'ports' | 'launch'>} context
 * @param {string[]} services such as `HTTP/localhost`
 * @returns {Promise<Kdc>}
 */
export async function startKdc({ dir, ports, launch }, services) {
  const port = await ports.take();
  /** @param {string} name */
  const file = (name) => join(dir, name);
  await writeFile(
    file('krb5.conf'),
    `
[libdefaults]
default_realm = ${REALM}
dns_lookup_kdc = false
dns_lookup_realm = false
# A service is called as it is written: no name is looked up, none gets a domain.
dns_canonicalize_hostname = false
qualify_shortname = ""
rdns = false
# A datagram that is lost would cost seconds.
udp_preference_limit = 1
ignore_acceptor_hostname = true
[realms]
${REALM} = {
  kdc = 127.0.0.1:${port}
}
`,
  );
  await writeFile(
    file('kdc.conf'),
    `
[kdcdefaults]
kdc_listen = 127.0.0.1:${port}
kdc_tcp_listen = 127.0.0.1:${port}
[realms]
${REALM} = {
  database_name = ${file('principal')}
  key_stash_file = ${file('stash')}
  acl_file = ${file('acl')}
  supported_enctypes = aes256-cts-hmac-sha1-96:normal
}
[logging]
kdc = FILE:${file('kdc.log')}
`,
  );
  const env = { KRB5_CONFIG: file('krb5.conf'), KRB5CCNAME: `FILE:${file('ccache')}` };
  const own = { ...process.env, ...env, KRB5_KDC_PROFILE: file('kdc.conf') };
  const password = `lab-${Math.random().toString(36).slice(2)}`;
  await run('kdb5_util', ['create', '-s', '-r', REALM, '-P', password], { env: own });
  /** @param {string} query */
  const kadmin = (query) => run('kadmin.local', ['-r', REALM, '-q', query], { env: own });
  await kadmin(`addprinc -pw ${password} ${USER}`);
  for (const service of services) await kadmin(`addprinc -randkey ${service}`);
  await kadmin(`ktadd -k ${file('keytab')} ${services.join(' ')}`);
  await launch({
    name: 'krb5kdc',
    command: '/usr/sbin/krb5kdc',
    args: ['-n', '-r', REALM],
    cwd: dir,
    env: { ...env, KRB5_KDC_PROFILE: file('kdc.conf') },
    ready: () => acceptsConnections(port),
  });
  await kinit(`${USER}@${REALM}`, password, own);
  return {
    realm: REALM,
    principal: `${USER}@${REALM}`,
    keytab: file('keytab'),
    ccache: file('ccache'),
    env,
  };
}

/** @param {string} principal @param {string} password @param {NodeJS.ProcessEnv} env @returns {Promise<void>} */
function kinit(principal, password, env) {
  return new Promise((resolve, reject) => {
    const child = spawn('kinit', [principal], { env, stdio: ['pipe', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (words += text));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`kinit ended with ${code}: ${words}`)),
    );
    child.stdin.end(`${password}\n`);
  });
}
