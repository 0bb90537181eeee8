/** The lab itself: installs, starts every server at once, writes down where each answers, stops them. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificates } from './certificates.mjs';
import { installPackages } from './packages.mjs';
import { createPorts } from './ports.mjs';
import { createProcesses } from './processes.mjs';
import { apache } from './servers/apache.mjs';
import { dante } from './servers/dante.mjs';
import { haproxy } from './servers/haproxy.mjs';
import { microsocks } from './servers/microsocks.mjs';
import { mitmproxy } from './servers/mitmproxy.mjs';
import { powerdns } from './servers/powerdns.mjs';
import { squidDigest } from './servers/squid-digest.mjs';
import { squidNegotiate } from './servers/squid-negotiate.mjs';
import { squid } from './servers/squid.mjs';
import { ssh } from './servers/ssh.mjs';
import { swift } from './servers/swift.mjs';
import { tinyproxy } from './servers/tinyproxy.mjs';

/**
 * @typedef {object} LabServer
 * @property {string} name its key in the file of endpoints
 * @property {string[]} packages Debian packages it comes from
 * @property {(context: LabContext) => Promise<Record<string, string | number>>} start resolves to its endpoints once it answers
 */

/**
 * @typedef {object} LabContext
 * @property {string} dir an empty directory of its own
 * @property {{ take(): Promise<number> }} ports
 * @property {Awaited<ReturnType<typeof createCertificates>>} certificates
 * @property {import('./processes.mjs').Processes['launch']} launch starts a process that the lab will stop
 * @property {Record<string, string>} environment variables that the tests' process has to have; a server may add some
 */

/** @type {LabServer[]} */
const SERVERS = [
  ...[squid, squidDigest, squidNegotiate, tinyproxy, apache, haproxy],
  ...[dante, microsocks, ssh, mitmproxy, powerdns, swift],
];
const CERTIFIED_NAMES = ['localhost', 'origin.lab.test', 'squid.lab.test'];

/**
 * @typedef {object} Lab
 * @property {string} dir
 * @property {string} file the JSON of endpoints
 * @property {Record<string, Record<string, unknown>>} endpoints
 * @property {Record<string, string>} environment what the tests' process needs to have in its environment
 * @property {import('./processes.mjs').Processes} processes
 * @property {(options: { keepLogs: boolean }) => Promise<void>} stop
 */

/**
 * Installs and starts everything, or nothing: where one server fails, the others are stopped.
 *
 * @param {{ say: (line: string) => void, signal: AbortSignal }} options
 * @returns {Promise<Lab>}
 */
export async function startLab({ say, signal }) {
  if (process.getuid?.() !== 0) {
    throw new Error('the lab installs Debian packages and starts servers as root: run it as root');
  }
  const packages = new Set([...SERVERS.flatMap((server) => server.packages), 'openssl']);
  await installPackages([...packages], say);
  signal.throwIfAborted();

  const dir = await mkdtemp(join(tmpdir(), 'sdk-lab-'));
  // squid gives up root, and must still find its way to its own directory.
  await chmod(dir, 0o755);
  const processes = createProcesses(dir);
  /** @type {Record<string, string>} */
  const environment = {};
  /** @param {{ keepLogs: boolean }} options */
  const stop = async ({ keepLogs }) => {
    await processes.stop();
    if (!keepLogs) await rm(dir, { recursive: true, force: true });
  };
  try {
    const certificates = await createCertificates(join(dir, 'certificates'), CERTIFIED_NAMES);
    const ports = createPorts();
    const started = await Promise.allSettled(
      SERVERS.map(async ({ name, start }) => {
        const startedAt = performance.now();
        const own = join(dir, name);
        await mkdir(own);
        const { launch } = processes;
        const endpoints = await start({ dir: own, ports, certificates, launch, environment });
        say(`${name}: answers after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
        return /** @type {const} */ ([name, endpoints]);
      }),
    );
    const failures = started.flatMap((result) =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    signal.throwIfAborted();
    if (failures.length > 0) {
      const words = failures.map((failure) => String(failure?.message ?? failure));
      throw new AggregateError(failures, words.join('\n'));
    }
    /** @type {Record<string, Record<string, unknown>>} */
    const endpoints = { certificates };
    for (const result of started) {
      if (result.status === 'fulfilled') endpoints[result.value[0]] = result.value[1];
    }
    const file = join(dir, 'endpoints.json');
    await writeFile(file, `${JSON.stringify(endpoints, undefined, 2)}\n`);
    environment['SDK_LAB_FILE'] = file;
    return { dir, file, endpoints, environment, processes, stop };
  } catch (error) {
    await stop({ keepLogs: !signal.aborted });
    if (!signal.aborted) say(`the logs stay in ${dir}`);
    throw error;
  }
}
