import { afterEach, expect, test } from '@jest/globals';
import { DigitalOceanConnection, listItems } from '@sdk/providers/digitalocean';
import { startOrigin } from '@sdk/testing';
import type { Origin, OriginOptions } from '@sdk/testing';

const TOKEN = 'dop_v1_canary4f1c';
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function open(
  handler: NonNullable<OriginOptions['handler']>,
): Promise<{ connection: DigitalOceanConnection; origin: Origin }> {
  const origin = await startOrigin({ handler });
  const options = { endpoint: origin.url, httpProxy: false as const, retry: false as const };
  const connection = new DigitalOceanConnection(options, { token: TOKEN });
  opened.push(connection, origin);
  return { connection, origin };
}

test('stands alone, at DigitalOcean’s own address unless told otherwise', async () => {
  const connection = new DigitalOceanConnection({}, { token: TOKEN });
  expect(connection.endpoint.href).toBe('https://api.digitalocean.com/');
  await connection.close();
});

test('keeps its token from connections that are derived from it', async () => {
  const { connection, origin } = await open((_request, response) => response.end('{}'));
  await connection.request({ method: 'GET', path: '/v2/account' });
  const derived = connection.derive({ endpoint: origin.url, purpose: 'metadata' });
  await derived.request({ method: 'GET', path: '/metadata/v1.json' });
  expect(origin.requests.map(({ headers }) => headers.authorization)).toEqual([
    `Bearer ${TOKEN}`,
    undefined,
  ]);
});

test('takes the id of a request from the body, else from the header', async () => {
  const { connection } = await open((request, response) => {
    const inBody = request.url === '/body' ? { request_id: 'from-body' } : {};
    response.writeHead(404, { 'content-type': 'application/json', 'x-request-id': 'from-header' });
    response.end(JSON.stringify({ id: 'not_found', message: 'no such thing', ...inBody }));
  });
  const asked = (path: string): Promise<unknown> => connection.request({ method: 'GET', path });
  const error = { code: 'SDK_NOT_FOUND', message: expect.stringContaining('no such thing') };
  await expect(asked('/body')).rejects.toMatchObject({ ...error, requestId: 'from-body' });
  await expect(asked('/header')).rejects.toMatchObject({ ...error, requestId: 'from-header' });
});

test.each([
  ['a page of HTML', 'text/html', '<html><title>502 Bad Gateway</title></html>'],
  ['nothing', 'application/json', ''],
  ['JSON of another shape', 'application/json', '{"id":7,"message":null}'],
])('makes an error of %s, too', async (_what, contentType, body) => {
  const { connection } = await open((_request, response) => {
    response.writeHead(502, { 'content-type': contentType }).end(body);
  });
  const asked = connection.request({ method: 'GET', path: '/v2/account' });
  await expect(asked).rejects.toMatchObject({ code: 'SDK_SERVER', status: 502 });
});

test('reads a list behind a gateway with a path of its own', async () => {
  const { connection, origin } = await open((request, response) => {
    const last = request.url?.includes('page=2&') === true;
    const pages = last ? {} : { next: 'https://api.digitalocean.com/v2/sizes?page=2' };
    response.end(JSON.stringify({ sizes: [{ slug: last ? 'b' : 'a' }], links: { pages } }));
  });
  const behind = new DigitalOceanConnection(
    { endpoint: `${origin.url}/gateway/`, httpProxy: false },
    { token: TOKEN },
  );
  const slugs: string[] = [];
  const model = ({ slug }: { slug: string }): string => slug;
  const list = { path: '/v2/sizes', key: 'sizes', model };
  for await (const slug of listItems(behind, list, undefined)) slugs.push(slug);
  expect(slugs).toEqual(['a', 'b']);
  expect(origin.requests.map(({ url }) => url)).toEqual([
    '/gateway/v2/sizes?page=1&per_page=200',
    '/gateway/v2/sizes?page=2&per_page=200',
  ]);
  await behind.close();
  await connection.close();
});
