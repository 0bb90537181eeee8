import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import type { StorageBench, UrlAnswer } from './storage-bench.js';

/** Names that travel badly where somebody encodes them once too often, or not at all. */
const UNUSUAL = [
  'blank in it',
  'plus+plus',
  'percent%41%2F',
  'quotes\'"`',
  'query?a=b&c=d#e',
  'ümläut/日本語/😀.txt',
  '!*();:@$,[]{}|^~',
  'a\\b',
  ' ends with blanks ',
  '<xml>&amp;',
];
/** Names that a path would not survive. */
const PATH_LIKE = ['//a/../b', 'a/', 'a//b', './a', '..', '/'];

/** Objects: what is kept of them, under which names, and how they go. */
export function testObjects(bench: StorageBench): void {
  const { expect, expectCode, expectPlain, has, inContainer } = bench;

  inContainer(
    'what is known of an object is the same after an upload and when asked',
    async (driver, container) => {
      const metadata = { Colour: 'blue green', 'two-words': '2' };
      const put = await driver.putObject(container, 'dir/file.txt', 'twelve bytes', {
        contentType: 'text/plain; charset=utf-8',
        metadata,
      });
      const head = await driver.headObject(container, 'dir/file.txt');
      for (const object of [put, head]) {
        expectPlain(object);
        expect(object).toMatchObject({
          kind: 'object',
          name: 'dir/file.txt',
          sizeBytes: 12,
          contentType: 'text/plain; charset=utf-8',
          metadata: { colour: 'blue green', 'two-words': '2' },
        });
        expect(object.modifiedAt).toBe(new Date(object.modifiedAt).toISOString());
        expect(Math.abs(Date.parse(object.modifiedAt) - Date.now()) < 300_000).toBe(true);
      }
      expect(head.etag).toBe(put.etag);
      expect(/^[^"]+$/.test(put.etag)).toBe(true);
      expect(Object.keys(head.metadata).sort()).toEqual(['colour', 'two-words']);
    },
  );

  inContainer(
    'an upload over an object replaces bytes, content type, metadata and etag',
    async (driver, container) => {
      const options = { contentType: 'text/plain', metadata: { old: 'yes' } };
      const first = await driver.putObject(container, 'x', 'first', options);
      const second = await driver.putObject(container, 'x', 'second');
      expect(second.etag === first.etag).toBe(false);
      const head = await driver.headObject(container, first);
      expect(head).toMatchObject({
        sizeBytes: 6,
        contentType: 'application/octet-stream',
        etag: second.etag,
      });
      expect(head.metadata).toEqual({});
    },
  );

  inContainer(
    'an absent object is a NotFoundError, and deleting it succeeds',
    async (driver, container) => {
      await expectCode(driver.headObject(container, 'absent'), 'SDK_NOT_FOUND');
      await expectCode(driver.getObject(container, 'absent'), 'SDK_NOT_FOUND');
      await driver.deleteObject(container, 'absent');
      const object = await driver.putObject(container, 'present', 'x');
      await driver.deleteObject(container, object);
      await driver.deleteObject(container, object);
      await expectCode(driver.headObject(container, 'present'), 'SDK_NOT_FOUND');
    },
  );

  inContainer(
    'a copy has bytes, content type and metadata of its source',
    async (driver, container) => {
      const options = { contentType: 'image/png', metadata: { origin: 'here' } };
      const name = has('copiesOfUnusualNames') ? 'a/source' : 'a/ä source+1%';
      const source = await driver.putObject(container, name, 'copied bytes', options);
      const copy = await driver.copyObject(
        { container, name: source },
        { container, name: 'b/copy' },
      );
      expectPlain(copy);
      expect(copy).toMatchObject({ name: 'b/copy', sizeBytes: 12, contentType: 'image/png' });
      const { object, body } = await driver.getObject(container, 'b/copy');
      expect(await text(body)).toBe('copied bytes');
      expect(object.metadata).toEqual({ origin: 'here' });
      await expectCode(
        driver.copyObject({ container, name: 'absent' }, { container, name: 'c' }),
        'SDK_NOT_FOUND',
      );
    },
  );

  inContainer(
    'many objects go in one call, by name and model, absent ones too',
    async (driver, container) => {
      const put = (name: string) => driver.putObject(container, name, name);
      const models = await Promise.all(['a', 'b&c', 'd/e'].map(put));
      await put('kept');
      await driver.deleteObjects(container, [...models, 'absent']);
      await driver.deleteObjects(container, []);
      const left: string[] = [];
      for await (const { name } of driver.listObjects(container)) left.push(name);
      expect(left).toEqual(['kept']);
    },
  );

  inContainer('a wrong name in a list of names deletes nothing', async (driver, container) => {
    await driver.putObject(container, 'kept', 'x');
    await expectCode(driver.deleteObjects(container, ['kept', '']), 'SDK_CONFIGURATION');
    await expectCode(driver.deleteObjects(container, 'kept'), 'SDK_CONFIGURATION');
    expect((await driver.headObject(container, 'kept')).sizeBytes).toBe(1);
  });

  if (!has('unusualNames')) {
    inContainer('names keep every character', async (driver, container) => {
      for (const name of UNUSUAL)
        await driver.putObject(container, name, name, { metadata: { of: 'it' } });
      const listed: string[] = [];
      for await (const { name } of driver.listObjects(container)) listed.push(name);
      expect(listed.sort()).toEqual([...UNUSUAL].sort());
      for (const name of UNUSUAL) {
        const { object, body } = await driver.getObject(container, name);
        expect(await text(body)).toBe(name);
        expect(object.name).toBe(name);
      }
      await driver.deleteObjects(container, UNUSUAL.slice(0, 5));
      for (const name of UNUSUAL.slice(5)) await driver.deleteObject(container, name);
    });
  }

  inContainer(
    'names that look like paths are kept, or refused where the driver says so',
    async (driver, container) => {
      if (driver.capabilities.anyObjectName && has('pathLikeNames')) return;
      for (const name of PATH_LIKE) {
        if (!driver.capabilities.anyObjectName) {
          await expectCode(driver.putObject(container, name, 'x'), 'SDK_CONFIGURATION');
          await expectCode(driver.getObject(container, name), 'SDK_CONFIGURATION');
          await expectCode(driver.deleteObject(container, name), 'SDK_CONFIGURATION');
          continue;
        }
        await driver.putObject(container, name, `bytes of ${name}`);
        expect(await text((await driver.getObject(container, name)).body)).toBe(`bytes of ${name}`);
      }
    },
  );

  inContainer('a name that can be none is a ConfigurationError', async (driver, container) => {
    for (const name of ['', 'a\0b', '\ud800', 'x'.repeat(1025), null, 7, {}]) {
      const wrong = name as string;
      await expectCode(driver.putObject(container, wrong, 'x'), 'SDK_CONFIGURATION');
      await expectCode(driver.getObject(container, wrong), 'SDK_CONFIGURATION');
      await expectCode(driver.headObject(container, wrong), 'SDK_CONFIGURATION');
      await expectCode(driver.deleteObject(container, wrong), 'SDK_CONFIGURATION');
    }
  });

  inContainer(
    'a presigned URL does what it was made for, or the driver says that it cannot',
    async (driver, container) => {
      const use = bench.contract.fetchUrl ?? fetchUrl;
      const seconds = 60;
      if (!driver.capabilities.presign) {
        const asked = driver.presign(container, 'x', { method: 'GET', expiresInSeconds: seconds });
        await expectCode(asked, 'SDK_UNSUPPORTED');
        return;
      }
      const name = has('unusualNames') ? 'dir/x' : 'dir/ü +%.txt';
      const urlFor = (method: 'GET' | 'PUT' | 'DELETE') =>
        driver.presign(container, name, { method, expiresInSeconds: seconds });
      expect((await use(await urlFor('PUT'), 'PUT', 'by url')).status < 300).toBe(true);
      const got = await use(await urlFor('GET'), 'GET');
      expect(got).toEqual({ status: 200, body: 'by url' });
      expect((await use(await urlFor('DELETE'), 'DELETE')).status < 300).toBe(true);
      await expectCode(driver.headObject(container, name), 'SDK_NOT_FOUND');
      for (const expiresInSeconds of [0, -1, 1.5, 604_801, NaN]) {
        const asked = driver.presign(container, 'x', { method: 'GET', expiresInSeconds });
        await expectCode(asked, 'SDK_CONFIGURATION');
      }
    },
  );
}

/** An agent of its own: the global one may be told by the environment to use a proxy. */
async function fetchUrl(url: string, method: string, body?: string): Promise<UrlAnswer> {
  const { Agent, request } = url.startsWith('https:') ? https : http;
  const headers = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const sent = request(url, { method, agent: new Agent({ keepAlive: false }), headers });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [http.IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}
