/** OpenStack Swift on one device, with TempAuth and s3api, which verifies AWS signatures; plain and under TLS. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { acceptsConnections, answersWell } from '../probes.mjs';

const run = promisify(execFile);
// Debian's own: a python3 that comes first in PATH does not see Debian's modules.
const PYTHON = '/usr/bin/python3';
const RINGS = fileURLToPath(new URL('swift-rings.py', import.meta.url));
const REGION = 'us-east-1';

/** @type {import('../lab.mjs').LabServer} */
export const swift = {
  name: 'swift',
  packages: ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'memcached'],
  async start({ dir, ports, certificates, launch }) {
    const memcached = await ports.take();
    const account = await ports.take();
    const container = await ports.take();
    const object = await ports.take();
    const plain = await ports.take();
    const tls = await ports.take();
    await mkdir(join(dir, 'devices', 'd1'), { recursive: true });
    await mkdir(join(dir, 'cache'));
    await writeFile(
      join(dir, 'swift.conf'),
      '[swift-hash]\nswift_hash_path_prefix = lab\nswift_hash_path_suffix = lab\n',
    );

    /** @param {'account' | 'container' | 'object'} kind @param {number} port */
    const storage = async (kind, port) => {
      const config = join(dir, `${kind}-server.conf`);
      await writeFile(config, storageConfig(kind, port, dir));
      await launchSwift(`${kind}-server`, config, () => acceptsConnections(port));
    };
    /** @param {string} name @param {number} port @param {string} extra @param {() => Promise<boolean>} ready */
    const proxy = async (name, port, extra, ready) => {
      const config = join(dir, `${name}.conf`);
      await writeFile(config, proxyConfig({ name, port, memcached, dir, extra }));
      await launchSwift('proxy-server', config, ready, name);
    };
    /** @param {string} program @param {string} config @param {() => Promise<boolean>} ready @param {string} [name] */
    const launchSwift = (program, config, ready, name = program) =>
      launch({
        name: `swift-${name}`,
        command: PYTHON,
        // -v: the log goes to the console instead of to a syslog, which a container does not have.
        args: ['-W', 'ignore', `/usr/bin/swift-${program}`, config, '-v'],
        cwd: dir,
        ready,
      });

    const writeRings = run(PYTHON, [
      ...['-W', 'ignore', RINGS, dir],
      ...[`account=${account}`, `container=${container}`, `object=${object}`],
    ]);
    await Promise.all([
      writeRings,
      launch({
        name: 'swift-memcached',
        command: '/usr/bin/memcached',
        args: ['-l', '127.0.0.1', '-p', String(memcached), '-U', '0', '-u', 'memcache', '-m', '16'],
        ready: () => acceptsConnections(memcached),
      }),
    ]);
    const keys = `cert_file = ${certificates.origin.cert}\nkey_file = ${certificates.origin.key}`;
    const url = `http://127.0.0.1:${plain}`;
    await Promise.all([
      storage('account', account),
      storage('container', container),
      storage('object', object),
      proxy('proxy-server', plain, '', () => answersWell(`${url}/healthcheck`)),
      proxy('proxy-server-tls', tls, keys, () => acceptsConnections(tls)),
    ]);
    return {
      s3: url,
      s3Tls: `https://127.0.0.1:${tls}`,
      accessKeyId: 'test:tester',
      secretAccessKey: 'testing',
      region: REGION,
      authUrl: `${url}/auth/v1.0`,
      authUrlTls: `https://127.0.0.1:${tls}/auth/v1.0`,
      username: 'test:tester',
      key: 'testing',
      log: join(dir, '..', 'swift-proxy-server.log'),
      logTls: join(dir, '..', 'swift-proxy-server-tls.log'),
    };
  },
};

/** @param {string} kind @param {number} port @param {string} dir */
function storageConfig(kind, port, dir) {
  return `
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
user = root
workers = 0
swift_dir = ${dir}
devices = ${join(dir, 'devices')}
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
log_level = WARNING

[pipeline:main]
pipeline = ${kind}-server

[app:${kind}-server]
use = egg:swift#${kind}
recon_cache_path = ${join(dir, 'cache')}
${kind === 'object' ? 'servers_per_port = 0' : ''}
`;
}

/** @param {{ name: string, port: number, memcached: number, dir: string, extra: string }} options */
function proxyConfig({ name, port, memcached, dir, extra }) {
  // proxy-logging stands behind s3api: in front of it, it would mend the malformed answer that s3api gives to a failed HEAD.
  const pipeline =
    'catch_errors gatekeeper healthcheck cache listing_formats bulk tempurl s3api tempauth ' +
    'proxy-logging copy container-quotas account-quotas slo dlo versioned_writes proxy-server';
  const plain = ['catch_errors', 'gatekeeper', 'healthcheck', 'proxy-logging', 'listing_formats'];
  const filters = [...plain, 'bulk', 'copy', 'container-quotas', 'account-quotas', 'slo', 'dlo'];
  const eggs = filters.map(
    (filter) => `[filter:${filter}]\nuse = egg:swift#${filter.replace('-', '_')}\n`,
  );
  return `
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
user = root
workers = 0
swift_dir = ${dir}
log_name = ${name}
log_level = INFO
${extra}

[pipeline:main]
pipeline = ${pipeline}

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true

${eggs.join('\n')}
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memcached}

[filter:tempurl]
use = egg:swift#tempurl

[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true

[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin

[filter:s3api]
use = egg:swift#s3api
location = ${REGION}
s3_acl = false
auth_pipeline_check = false
`;
}
