/** What every squid of the lab has in common: names from a file, this machine alone, a log of the way, no cache. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acceptsConnections } from '../probes.mjs';

const run = promisify(execFile);

/** Known to the proxies alone, so that a client which looks it up itself cannot reach it. */
export const ORIGIN_NAME = 'origin.lab.test';
/** A name to which squid answers 403. */
export const FORBIDDEN_NAME = 'forbidden.lab.test';

/**
 * Starts one; `config` holds its ports, its `auth_param`, and the `http_access` that allow what is left.
 *
 * @param {Pick<import('../lab.mjs').LabContext, 'dir' | 'launch'>} context
 * @param {{ name: string, config: string, port: number, env?: Record<string, string> }} options
 *   `port` is one of its ports, asked until it answers
 * @returns {Promise<{ accessLog: string }>}
 */
export async function startSquid({ dir, launch }, { name, config, port, env }) {
  const hosts = join(dir, 'hosts');
  const accessLog = join(dir, 'access.log');
  const file = join(dir, 'squid.conf');
  await writeFile(hosts, `127.0.0.1 localhost ${ORIGIN_NAME} ${FORBIDDEN_NAME}\n`);
  await writeFile(
    file,
    `
# -n: no reverse look-up of an address, which would wait for a nameserver that is not there.
acl forbidden dstdomain -n ${FORBIDDEN_NAME}
acl loopback dst 127.0.0.0/8 ::1
http_access deny forbidden
http_access deny !loopback
${config}
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
# squid 5.7 closes the connection of one upload in twenty or so that fills its buffer of 512 KB, whoever sends it (curl too).
client_request_buffer_max_size 64 MB
shutdown_lifetime 1 seconds
cache_effective_user proxy
visible_hostname squid.lab.test
`,
  );
  // squid gives up root before it opens its logs.
  await run('chown', ['proxy:proxy', dir]);
  await launch({
    name,
    command: '/usr/sbin/squid',
    // Its name is that of its shared memory too, which no two may share.
    args: ['-N', '-n', `lab${process.pid}${name.replace(/\W/g, '')}`, '-f', file],
    cwd: dir,
    env,
    ready: () => acceptsConnections(port),
  });
  return { accessLog };
}
