/** squid: one instance with an open port, a Basic port, and both again under TLS. */
import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acceptsConnections } from '../probes.mjs';

const run = promisify(execFile);

// Characters that a proxy URL has to percent-encode, which is where clients go wrong.
const USERNAME = 'ada';
const PASSWORD = 'p@ss:w%rd/1?';

/** Known to squid alone, so that a client which looks it up itself cannot reach it. */
const ORIGIN_NAME = 'origin.lab.test';
/** A name to which squid answers 403. */
const FORBIDDEN_NAME = 'forbidden.lab.test';

/** @type {import('../lab.mjs').LabServer} */
export const squid = {
  name: 'squid',
  packages: ['squid-openssl', 'apache2-utils'],
  async start({ dir, ports, certificates, launch }) {
    const open = await ports.take();
    const basic = await ports.take();
    const tls = await ports.take();
    const tlsBasic = await ports.take();
    const passwords = join(dir, 'passwords');
    const hosts = join(dir, 'hosts');
    const accessLog = join(dir, 'access.log');
    const config = join(dir, 'squid.conf');
    await run('htpasswd', ['-b', '-c', '-m', passwords, USERNAME, PASSWORD]);
    await chmod(passwords, 0o644);
    await writeFile(hosts, `127.0.0.1 localhost ${ORIGIN_NAME} ${FORBIDDEN_NAME}\n`);
    await writeFile(
      config,
      `
http_port 127.0.0.1:${open} name=open
http_port 127.0.0.1:${basic} name=basic
https_port 127.0.0.1:${tls} name=tls tls-cert=${certificates.proxy.bundle}
https_port 127.0.0.1:${tlsBasic} name=tlsbasic tls-cert=${certificates.proxy.bundle}

auth_param basic program /usr/lib/squid/basic_ncsa_auth ${passwords}
auth_param basic realm lab
auth_param basic children 4 startup=1 idle=1

acl asks_for_credentials myportname basic tlsbasic
# -n: no reverse look-up of an address, which would wait for a nameserver that is not there.
acl forbidden dstdomain -n ${FORBIDDEN_NAME}
acl known_user proxy_auth REQUIRED
acl loopback dst 127.0.0.0/8 ::1
http_access deny forbidden
http_access deny !loopback
http_access allow !asks_for_credentials
http_access allow known_user
http_access deny all

# Names come from the file alone; a nameserver that is not there keeps every other name on this machine.
hosts_file ${hosts}
dns_nameservers 127.0.0.1
dns_timeout 1 seconds
udp_outgoing_address 127.0.0.1

logformat way %ts.%03tu %>a %Ss/%03>Hs %rm %ru user=%un lp=%>lp
# The whole target, query and all: what was sent is to be compared byte for byte.
strip_query_terms off
access_log stdio:${accessLog} way
cache_log stdio:${join(dir, 'cache.log')}
cache_store_log none
cache deny all
cache_mem 8 MB
coredump_dir ${dir}
pid_filename none
netdb_filename none
pinger_enable off
max_filedescriptors 4096
shutdown_lifetime 1 seconds
cache_effective_user proxy
visible_hostname squid.lab.test
`,
    );
    // squid gives up root before it opens its logs.
    await run('chown', ['proxy:proxy', dir]);
    await launch({
      name: 'squid',
      command: '/usr/sbin/squid',
      args: ['-N', '-n', `lab${process.pid}`, '-f', config],
      cwd: dir,
      ready: () => acceptsConnections(tlsBasic),
    });
    return {
      open: `http://127.0.0.1:${open}`,
      basic: `http://127.0.0.1:${basic}`,
      tls: `https://127.0.0.1:${tls}`,
      tlsBasic: `https://127.0.0.1:${tlsBasic}`,
      username: USERNAME,
      password: PASSWORD,
      originName: ORIGIN_NAME,
      forbiddenName: FORBIDDEN_NAME,
      accessLog,
    };
  },
};
