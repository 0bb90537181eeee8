/** Makes the certificates of one run: two authorities, so that a test can tell the proxy's TLS from the origin's. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/**
 * @typedef {object} Identity
 * @property {string} ca path of the authority's certificate, PEM: what a client has to trust
 * @property {string} cert path of the server's certificate, PEM
 * @property {string} key path of its key, PEM
 * @property {string} bundle path of both in one file, as squid wants them
 */

/**
 * Certificates for 127.0.0.1, ::1, localhost and `names`, good for two days.
 *
 * @param {string} dir
 * @param {string[]} names
 * @returns {Promise<{ proxy: Identity, origin: Identity }>}
 */
export async function createCertificates(dir, names) {
  await mkdir(dir, { recursive: true });
  const [proxy, origin] = await Promise.all([
    createIdentity(dir, 'proxy', names),
    createIdentity(dir, 'origin', names),
  ]);
  return { proxy, origin };
}

/** @param {string} dir @param {string} role @param {string[]} names @returns {Promise<Identity>} */
async function createIdentity(dir, role, names) {
  /** @param {string} end */
  const file = (end) => join(dir, `${role}-${end}.pem`);
  const alternatives = ['IP:127.0.0.1', 'IP:::1', ...names.map((name) => `DNS:${name}`)];
  await openssl([
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=SDK lab ${role} authority`],
    ...['-addext', 'basicConstraints=critical,CA:TRUE'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ...['-keyout', file('ca-key'), '-out', file('ca')],
  ]);
  await openssl([
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=SDK lab ${role}`],
    ...['-CA', file('ca'), '-CAkey', file('ca-key')],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-addext', 'extendedKeyUsage=serverAuth'],
    ...['-addext', `subjectAltName=${alternatives.join(',')}`],
    ...['-keyout', file('key'), '-out', file('cert')],
  ]);
  const parts = await Promise.all([readFile(file('cert')), readFile(file('key'))]);
  await writeFile(file('bundle'), Buffer.concat(parts), { mode: 0o600 });
  return { ca: file('ca'), cert: file('cert'), key: file('key'), bundle: file('bundle') };
}

/** @param {string[]} args */
async function openssl(args) {
  try {
    await run('openssl', args);
  } catch (cause) {
    throw new Error(`openssl ${args[0]} failed, so the lab has no certificates`, { cause });
  }
}
