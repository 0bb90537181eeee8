/** Makes the certificates of one run: an authority each for proxies, origins, clients and strangers, so that a test can tell them apart. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/**
 * @typedef {object} Identity
 * @property {string} ca path of the authority's certificate, PEM: what the other side has to trust
 * @property {string} cert path of the certificate, PEM
 * @property {string} key path of its key, PEM
 * @property {string} bundle path of both in one file, as squid and haproxy want them
 */

/**
 * @typedef {object} Certificates
 * @property {Identity} proxy for 127.0.0.1, ::1, localhost and the names
 * @property {Identity} origin the same, by another authority
 * @property {Identity} client for a client to show to a proxy
 * @property {Identity} stranger what no proxy accepts of a client
 * @property {Identity} expired a proxy's, by the authority of `proxy`, good until yesterday
 * @property {Identity} wrongHost a proxy's, by the same authority, for another name
 * @property {Identity} selfSigned a proxy's, which vouches for itself alone
 */

/**
 * Certificates for 127.0.0.1, ::1, localhost and `names`, good for two days.
 *
 * @param {string} dir
 * @param {string[]} names
 * @returns {Promise<Certificates>}
 */
export async function createCertificates(dir, names) {
  await mkdir(dir, { recursive: true });
  const [proxyCa, originCa, clientCa, strangerCa] = await Promise.all(
    ['proxy', 'origin', 'client', 'stranger'].map((role) => createAuthority(dir, role)),
  );
  const here = ['IP:127.0.0.1', 'IP:::1', ...names.map((name) => `DNS:${name}`)];
  const elsewhere = ['DNS:elsewhere.lab.test'];
  const [proxy, origin, client, stranger, expired, wrongHost] = await Promise.all([
    createLeaf(dir, 'proxy', proxyCa, { names: here }),
    createLeaf(dir, 'origin', originCa, { names: here }),
    createLeaf(dir, 'client', clientCa, { usage: 'clientAuth' }),
    createLeaf(dir, 'stranger', strangerCa, { usage: 'clientAuth' }),
    createLeaf(dir, 'expired', proxyCa, { names: here, days: -1 }),
    createLeaf(dir, 'wrong-host', proxyCa, { names: elsewhere }),
  ]);
  const selfSigned = await createSelfSigned(dir, 'self-signed', here);
  return { proxy, origin, client, stranger, expired, wrongHost, selfSigned };
}

/** @typedef {{ cert: string, key: string }} Pair */

/** @param {string} dir @param {string} role @returns {Promise<Pair>} */
async function createAuthority(dir, role) {
  const pair = { cert: join(dir, `${role}-ca.pem`), key: join(dir, `${role}-ca-key.pem`) };
  await openssl([
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=SDK lab ${role} authority`],
    ...['-addext', 'basicConstraints=critical,CA:TRUE'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ...['-keyout', pair.key, '-out', pair.cert],
  ]);
  return pair;
}

/**
 * @param {string} dir @param {string} role @param {Pair | undefined} authority
 * @param {{ names?: string[], usage?: string, days?: number }} options
 * @returns {Promise<Identity>}
 */
async function createLeaf(
  dir,
  role,
  authority,
  { names = [], usage = 'serverAuth', days = 2 } = {},
) {
  if (authority === undefined) throw new Error(`the lab has no authority for ${role}`);
  const pair = { cert: join(dir, `${role}-cert.pem`), key: join(dir, `${role}-key.pem`) };
  const request = join(dir, `${role}-request.pem`);
  await openssl([
    ...['req', ...NEW_KEY, '-subj', `/CN=SDK lab ${role}`],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', `extendedKeyUsage=${usage}`],
    ...(names.length === 0 ? [] : ['-addext', `subjectAltName=${names.join(',')}`]),
    ...['-keyout', pair.key, '-out', request],
  ]);
  // `req -x509` refuses a number of days below one, which an expired certificate needs.
  await openssl([
    ...['x509', '-req', '-in', request, '-days', String(days), '-copy_extensions', 'copyall'],
    ...['-CA', authority.cert, '-CAkey', authority.key, '-out', pair.cert],
  ]);
  return identity(dir, role, authority.cert, pair);
}

/** @param {string} dir @param {string} role @param {string[]} names @returns {Promise<Identity>} */
async function createSelfSigned(dir, role, names) {
  const pair = { cert: join(dir, `${role}-cert.pem`), key: join(dir, `${role}-key.pem`) };
  await openssl([
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=SDK lab ${role}`],
    ...['-addext', `subjectAltName=${names.join(',')}`, '-keyout', pair.key, '-out', pair.cert],
  ]);
  return identity(dir, role, pair.cert, pair);
}

/** @param {string} dir @param {string} role @param {string} ca @param {Pair} pair @returns {Promise<Identity>} */
async function identity(dir, role, ca, { cert, key }) {
  const bundle = join(dir, `${role}-bundle.pem`);
  const parts = await Promise.all([readFile(cert), readFile(key)]);
  await writeFile(bundle, Buffer.concat(parts), { mode: 0o600 });
  return { ca, cert, key, bundle };
}

/** @param {string[]} args */
async function openssl(args) {
  try {
    await run('openssl', args);
  } catch (cause) {
    throw new Error(`openssl ${args[0]} failed, so the lab has no certificates`, { cause });
  }
}
