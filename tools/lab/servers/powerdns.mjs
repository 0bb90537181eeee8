/** PowerDNS Authoritative with an empty SQLite database and its HTTP API. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answersWell } from '../probes.mjs';

const run = promisify(execFile);
const SCHEMA = '/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql';
const API_KEY = 'lab-api-key-7d41';

/** @type {import('../lab.mjs').LabServer} */
export const powerdns = {
  name: 'powerdns',
  packages: ['pdns-server', 'pdns-backend-sqlite3', 'sqlite3'],
  async start({ dir, ports, launch }) {
    const api = await ports.take();
    const dns = await ports.take();
    const database = join(dir, 'pdns.sqlite3');
    await run('sqlite3', [database, `.read ${SCHEMA}`]);
    await writeFile(
      join(dir, 'pdns.conf'),
      `
launch=gsqlite3
gsqlite3-database=${database}
local-address=127.0.0.1
local-port=${dns}
query-local-address=127.0.0.1
api=yes
api-key=${API_KEY}
webserver=yes
webserver-address=127.0.0.1
webserver-port=${api}
webserver-allow-from=127.0.0.1
socket-dir=${dir}
guardian=no
daemon=no
disable-syslog=yes
loglevel=6
log-dns-queries=yes
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
# Empty: otherwise the server asks its makers, over the internet, whether it has known holes.
security-poll-suffix=
`,
    );
    const url = `http://127.0.0.1:${api}`;
    await launch({
      name: 'powerdns',
      command: '/usr/sbin/pdns_server',
      args: [`--config-dir=${dir}`],
      cwd: dir,
      ready: () => answersWell(`${url}/api/v1/servers/localhost`, { 'x-api-key': API_KEY }),
    });
    return {
      url,
      apiKey: API_KEY,
      serverId: 'localhost',
      dnsHost: '127.0.0.1',
      dnsPort: dns,
      log: join(dir, '..', 'powerdns.log'),
    };
  },
};
