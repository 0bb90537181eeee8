import { createHash } from 'node:crypto';
import type { Origin, Proxy } from '@sdk/testing';
import { S3Storage } from '@sdk/storage/drivers/s3';
import type { ProxyName } from './books.js';
import { verdict } from './cascade.js';
import type { Levels } from './cascade.js';
import type { Report } from './report.js';
import { shortBytes } from './table.js';
import { tarOf } from './tree.js';
import type { TreeFile } from './tree.js';

/** The world the main job runs in: servers on loopback, and the files it stores. */
export interface World {
  readonly proxies: Readonly<Record<ProxyName, Proxy>>;
  readonly https: Origin;
  readonly http: Origin;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The root certificate of the run, PEM. */
  readonly ca: string;
  readonly files: readonly TreeFile[];
}

const container = 'repository';
const archive = 'tree.tar';

async function sumsOf(body: AsyncIterable<Buffer>): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Fails loudly where what came back is not what was stored. */
function sameBytes(
  stored: { bytes: number; sha256: string },
  fetched: { bytes: number; sha256: string },
): string {
  if (stored.sha256 !== fetched.sha256 || stored.bytes !== fetched.bytes) {
    throw new Error(
      `stored ${stored.bytes} bytes (sha256 ${stored.sha256}), but ${fetched.bytes} came back (${fetched.sha256})`,
    );
  }
  return `sha256 ${fetched.sha256.slice(0, 12)}… as stored`;
}

/** Names the way at every level of the cascade in turn, and changes it in mid-run. */
export async function mainJob(world: World, report: Report): Promise<void> {
  const { proxies, https, http, credentials } = world;
  const { A, B, C } = proxies;
  const common = { ...credentials, region: 'us-east-1', pathStyle: true, tls: { ca: world.ca } };
  const decide = (origin: Origin, levels: Levels) => ({
    origin: origin.url,
    verdict: verdict(origin.url, levels, proxies),
  });

  // 1. The environment names A.
  const env = { https_proxy: A.url, http_proxy: A.url };
  const byEnvironment = new S3Storage({ ...common, endpoint: https.url, env });
  await report.step({
    call: 'createContainer',
    ...decide(https, { env }),
    async run() {
      const { name } = await byEnvironment.createContainer(container);
      return { result: `"${name}" made` };
    },
  });

  // 2. The constructor names B, which asks for credentials.
  const byConstructor = { httpProxy: B.urlWithCredentials };
  const storage = new S3Storage({ ...common, endpoint: https.url, env, ...byConstructor });
  const tar = tarOf(world.files);
  await report.step({
    call: 'putObject, unknown length',
    ...decide(https, { env, instance: byConstructor }),
    async run() {
      await storage.putObject(container, archive, tar.stream);
      const { bytes } = tar.sums();
      return { result: `${bytes} bytes stored as ${archive}`, upAtLeast: bytes };
    },
  });

  // 3. One call names C.
  const perCall = { httpProxy: C.url };
  await report.step({
    call: 'getObject',
    ...decide(https, { env, instance: byConstructor, call: perCall }),
    async run() {
      const { body } = await storage.getObject(container, archive, perCall);
      const fetched = await sumsOf(body);
      return { result: sameBytes(tar.sums(), fetched), downAtLeast: fetched.bytes };
    },
  });

  // 4. One call goes direct, whatever the others say.
  const noProxyAtAll = { httpProxy: false } as const;
  await report.step({
    call: 'deleteObject',
    ...decide(https, { env, instance: byConstructor, call: noProxyAtAll }),
    async run() {
      await storage.deleteObject(container, archive, noProxyAtAll);
      return { result: 'deleted' };
    },
  });

  // 5. NO_PROXY takes A's word back.
  const bypassing = { ...env, NO_PROXY: 'internal.example, 127.0.0.0/8' };
  const bypassed = new S3Storage({ ...common, endpoint: https.url, env: bypassing });
  await report.step({
    call: 'listObjects',
    ...decide(https, { env: bypassing }),
    async run() {
      let count = 0;
      for await (const _object of bypassed.listObjects(container)) count += 1;
      if (count > 0) throw new Error(`${count} objects are left after the deletion`);
      return { result: 'no object left' };
    },
  });

  // 6. The http: endpoint of the same server: absolute-form instead of a tunnel.
  const plain = new S3Storage({ ...common, endpoint: http.url, env, ...byConstructor });
  const again = tarOf(world.files);
  await report.step({
    call: 'putObject, unknown length',
    ...decide(http, { env, instance: byConstructor, call: perCall }),
    async run() {
      await plain.putObject(container, archive, again.stream, perCall);
      const { bytes } = again.sums();
      return { result: `${bytes} bytes stored over http:`, upAtLeast: bytes };
    },
  });

  await changeTheWayInFlight({ world, report, storage, stored: again.sums(), decide, env });

  // 10. And back: the decision is the environment's again.
  storage.setHttpProxy(undefined);
  await report.step({
    call: 'deleteObject',
    ...decide(https, { env }),
    async run() {
      await storage.deleteObject(container, archive);
      return { result: 'setHttpProxy(undefined), deleted' };
    },
  });
  await report.step({
    call: 'deleteContainer',
    ...decide(http, { env, instance: byConstructor }),
    async run() {
      await plain.deleteContainer(container);
      return { result: 'nothing is left on the server' };
    },
  });

  for (const driver of [byEnvironment, storage, bypassed, plain]) await driver.close();
}

interface InFlight {
  readonly world: World;
  readonly report: Report;
  readonly storage: S3Storage;
  readonly stored: { readonly bytes: number; readonly sha256: string };
  readonly env: Levels['env'];
  decide(origin: Origin, levels: Levels): Pick<Parameters<Report['step']>[0], 'origin' | 'verdict'>;
}

/** 7 to 9: a download is under way through B when `setHttpProxy` names C for what follows. */
async function changeTheWayInFlight(job: InFlight): Promise<void> {
  const { world, report, storage, stored, env, decide } = job;
  const { B, C } = world.proxies;
  const throughB = decide(world.https, { env, instance: { httpProxy: B.urlWithCredentials } });
  const throughC = decide(world.https, { env, instance: { httpProxy: C.url } });
  const hash = createHash('sha256');
  let read = 0;
  let chunks!: AsyncIterableIterator<Buffer>;
  const take = (chunk: Buffer): void => {
    hash.update(chunk);
    read += chunk.length;
  };
  const bytesOfB = B.stats.bytesDown;

  await report.step({
    call: 'getObject, its beginning',
    ...throughB,
    async run() {
      const { body } = await storage.getObject(container, archive);
      chunks = body[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
      while (read < 1_000_000) take((await chunks.next()).value as Buffer);
      const carried = B.stats.bytesDown - bytesOfB;
      if (carried >= stored.bytes) throw new Error('B has carried all of it: nothing is in flight');
      const part = `${shortBytes(carried)} of ${shortBytes(stored.bytes)}`;
      return { result: `paused, B has carried ${part}`, downAtLeast: read };
    },
  });

  storage.setHttpProxy(C.url);
  await report.step({
    call: 'listObjects meanwhile',
    ...throughC,
    alsoInFlight: 'B',
    async run() {
      const names: string[] = [];
      for await (const object of storage.listObjects(container)) names.push(object.name);
      return { result: `setHttpProxy named C; listed ${names.join(', ')}` };
    },
  });

  await report.step({
    call: 'getObject, its rest',
    ...throughB,
    begun: true,
    async run() {
      for await (const chunk of chunks) take(chunk);
      const fetched = { bytes: read, sha256: hash.digest('hex') };
      return { result: `still through B, ${sameBytes(stored, fetched)}` };
    },
  });
}
