/** Failures, bad input and secrets, on origins on loopback. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { getDriver } from '@sdk/compute';
import type { DigitalOceanComputeOptions } from '@sdk/compute/drivers/digitalocean';
import { DigitalOceanCompute } from '@sdk/compute/drivers/digitalocean';
import { createCertificateAuthority, scripts, startOrigin, startScriptedProxy } from '@sdk/testing';
import type { Origin } from '@sdk/testing';
import { example } from './digitalocean/examples.js';

const TOKEN = 'dop_v1_canary4f1c';
const SPEC = { name: 'web-1', size: 's-1vcpu-1gb', image: 'debian-12-x64' };
const VOLUME = '506f78a4-e098-11e5-ad9f-000f53306ae1';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function open(
  handler: Handler,
  options: Partial<DigitalOceanComputeOptions> = {},
): Promise<{ compute: DigitalOceanCompute; origin: Origin }> {
  const origin = await startOrigin({ handler });
  const compute = new DigitalOceanCompute({
    token: TOKEN,
    endpoint: origin.url,
    httpProxy: false,
    retry: { attempts: 3, baseDelayMs: 1 },
    ...options,
  });
  opened.push(compute, origin);
  return { compute, origin };
}

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

const collect = async (list: AsyncIterable<unknown>): Promise<unknown[]> => {
  const items: unknown[] = [];
  for await (const item of list) items.push(item);
  return items;
};

describe('a creation', () => {
  test('is not sent twice when the connection breaks after it was sent', async () => {
    const { compute, origin } = await open((request) => {
      request.resume().on('end', () => request.socket.resetAndDestroy());
    });
    await expect(compute.createNode(SPEC)).rejects.toMatchObject({ code: 'SDK_CONNECTION' });
    await expect(
      compute.importKeyPair({ name: 'me', publicKey: 'ssh-ed25519 AAAAC3NzaC1l me' }),
    ).rejects.toMatchObject({ code: 'SDK_CONNECTION' });
    const volume = { name: 'data-1', sizeGiB: 1, location: 'nyc1' };
    await expect(compute.createVolume(volume)).rejects.toMatchObject({ code: 'SDK_CONNECTION' });
    expect(origin.requests.map(({ url }) => url)).toEqual([
      '/v2/droplets',
      '/v2/account/keys',
      '/v2/volumes',
    ]);
  });

  test('is not sent twice when DigitalOcean fails', async () => {
    const { compute, origin } = await open(answer(500, { id: 'server_error', message: 'no' }));
    await expect(compute.createNode(SPEC)).rejects.toMatchObject({ code: 'SDK_SERVER' });
    expect(origin.requests).toHaveLength(1);
  });

  test('is sent again after 429, which says that it was not processed', async () => {
    let limited = true;
    const { compute, origin } = await open((request, response) => {
      const body = { id: 'too_many_requests', message: 'API rate limit exceeded.' };
      if (limited) answer(429, body, { 'retry-after': '0' })(request, response);
      else answer(202, example('post', '/v2/droplets', 202))(request, response);
      limited = false;
    });
    const operation = compute.createNode(SPEC, { waitMs: 20, pollMs: 5 });
    expect((await operation.started).state).toBe('pending');
    expect(origin.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
    await expect(operation).rejects.toMatchObject({ name: expect.any(String) });
  });
});

describe('the waiting for an operation', () => {
  const created = example('post', '/v2/droplets', 202);
  const since = (startedAt: number): number => performance.now() - startedAt;

  test('ends after waitMs where DigitalOcean does not answer the look', async () => {
    const { compute } = await open((request, response) => {
      if (request.method === 'POST') answer(202, created)(request, response);
    });
    const startedAt = performance.now();
    const operation = compute.createNode(SPEC, {
      waitMs: 200,
      pollMs: 50,
      timeouts: { headersMs: 3_000 },
    });
    await expect(operation).rejects.toMatchObject({ code: 'SDK_OPERATION', reason: 'timeout' });
    expect(since(startedAt)).toBeLessThan(2_000);
    expect((await operation.started).name).toBe('example.com');
  });

  test('ends with its signal, and what was sent to begin the job goes on', async () => {
    const { compute, origin } = await open((request, response) => {
      setTimeout(() => answer(202, created)(request, response), 300);
    });
    const controller = new AbortController();
    const operation = compute.createNode(SPEC, { signal: controller.signal });
    setTimeout(() => controller.abort('enough'), 100);
    await expect(operation).rejects.toBe('enough');
    expect((await operation.started).name).toBe('example.com');
    expect(origin.requests.map(({ method }) => method)).toEqual(['POST']);
  });

  test('does not begin where its signal has aborted already, and nothing is sent', async () => {
    const { compute, origin } = await open(answer(202, created));
    const operation = compute.createNode(SPEC, { signal: AbortSignal.abort('never mind') });
    await expect(operation).rejects.toBe('never mind');
    await expect(operation.started).rejects.toBe('never mind');
    expect(origin.requests).toHaveLength(0);
  });

  test.each([null, 5, 'x'])('refuses options that are %j by a rejection', async (options) => {
    const { compute, origin } = await open(answer(202, created));
    for (const operation of [
      compute.createNode(SPEC, options as never),
      compute.deleteNode('1', options as never),
      compute.stopNode('1', options as never),
      compute.deleteVolume(VOLUME, options as never),
    ]) {
      await expect(operation).rejects.toMatchObject({ code: 'SDK_CONFIGURATION' });
    }
    expect(origin.requests).toHaveLength(0);
  });
});

describe('a deletion', () => {
  const missing = { id: 'not_found', message: 'The resource you requested could not be found.' };

  test('whose answer was lost has succeeded when its repetition finds nothing', async () => {
    const { compute, origin } = await open((request, response) => {
      if (origin.requests.length > 1) return answer(404, missing)(request, response);
      request.resume().on('end', () => request.socket.resetAndDestroy());
    });
    expect(await compute.deleteNode('3164444')).toBeUndefined();
    expect(origin.requests.map(({ method }) => method)).toEqual(['DELETE', 'DELETE', 'GET']);
  });

  test('that finds nothing after a repetition for its rate alone is a NotFoundError', async () => {
    const { compute, origin } = await open((request, response) => {
      if (origin.requests.length > 1) return answer(404, missing)(request, response);
      answer(429, { id: 'too_many_requests' }, { 'retry-after': '0' })(request, response);
    });
    await expect(compute.deleteImage('7')).rejects.toMatchObject({ code: 'SDK_NOT_FOUND' });
    expect(origin.requests).toHaveLength(2);
  });

  test.each([502, 503])(
    'that finds nothing after the proxy refused its tunnel with %i is a NotFoundError',
    async (status) => {
      const authority = await createCertificateAuthority();
      const origin = await startOrigin({
        handler: answer(404, missing),
        tls: await authority.issue(),
      });
      let tunnels = 0;
      const proxy = await startScriptedProxy((socket, api) => {
        tunnels += 1;
        return (tunnels === 1 ? scripts.refuse(status) : scripts.tunnel())(socket, api);
      });
      const compute = new DigitalOceanCompute({
        token: TOKEN,
        endpoint: origin.url,
        httpProxy: proxy.url,
        tls: { ca: authority.cert },
        retry: { attempts: 3, baseDelayMs: 1 },
      });
      opened.push(compute, proxy, origin);
      const error: unknown = await compute.deleteImage('7').catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'SDK_NOT_FOUND',
        attempts: [
          { code: 'SDK_PROXY', status, requestSent: 'no' },
          { code: 'SDK_NOT_FOUND', status: 404, requestSent: 'yes' },
        ],
      });
      expect(origin.requests).toHaveLength(1);
    },
  );
});

describe('an answer that is not what the API promises', () => {
  test.each<[string, unknown]>([
    ['lacks its root key', {}],
    ['has no list under it', { droplets: {} }],
    ['is no object', 'hello'],
    ['is null', null],
    ['links to a next page without a number', { droplets: [], links: { pages: { next: '/x' } } }],
  ])('is a MalformedResponseError where it %s', async (_what, body) => {
    const { compute } = await open(answer(200, body));
    await expect(collect(compute.listNodes())).rejects.toMatchObject({
      code: 'SDK_MALFORMED_RESPONSE',
      status: 200,
    });
  });

  test('does not stop the driver where only what it knows is new', async () => {
    const { droplet } = example<{ droplet: Record<string, unknown> }>(
      'get',
      '/v2/droplets/{droplet_id}',
      200,
    );
    Object.assign(droplet, { status: 'hibernating', image: null, networks: {}, region: null });
    const { compute } = await open(answer(200, { droplet }));
    expect(await compute.getNode('3164444')).toMatchObject({
      state: 'unknown',
      image: null,
      location: null,
      publicIps: [],
      privateIps: [],
    });
  });
});

describe('bad input names its field, and nothing is sent', () => {
  const node = (change: object) => (compute: DigitalOceanCompute) =>
    compute.createNode({ ...SPEC, ...change });
  const volume = (change: object) => (compute: DigitalOceanCompute) =>
    compute.createVolume({ name: 'data-1', sizeGiB: 1, location: 'nyc1', ...change });

  test.each<[string, (compute: DigitalOceanCompute) => PromiseLike<unknown>]>([
    ['node', (compute) => compute.getNode('web-1')],
    ['node', (compute) => compute.deleteNode('')],
    ['node', (compute) => compute.deleteNode('../volumes')],
    ['node', (compute) => compute.deleteNode('0')],
    ['node', (compute) => compute.stopNode({ id: '-1' })],
    ['node', (compute) => compute.getNode(3164444 as never)],
    ['node', (compute) => compute.getNode('99999999999999999999')],
    ['volume', (compute) => compute.deleteVolume('data-1')],
    ['node', (compute) => compute.attachVolume(VOLUME, 'web-1')],
    ['image', (compute) => compute.deleteImage('debian-12-x64')],
    ['image', (compute) => compute.getImage('')],
    ['keyPair', (compute) => compute.deleteKeyPair(' ')],
    ['publicKey', (compute) => compute.importKeyPair({ name: 'me', publicKey: 'nonsense' })],
    ['name', (compute) => compute.importKeyPair({ name: '', publicKey: 'ssh-rsa AAAA me' })],
    ['name', node({ name: 'web_1' })],
    ['name', node({ name: 'web-1\r\nx-evil: 1' })],
    ['name', node({ name: 'x'.repeat(256) })],
    ['name', node({ name: undefined })],
    ['size', node({ size: undefined })],
    ['image', node({ image: null })],
    ['location', node({ location: '' })],
    ['keyPairs', node({ keyPairs: '289794' })],
    ['keyPairs[1]', node({ keyPairs: ['289794', ''] })],
    ['tags[0]', node({ tags: [1] })],
    ['userData', node({ userData: 'x'.repeat(64 * 1024 + 1) })],
    ['userData', node({ userData: Buffer.from('x') })],
    ['networks', node({ networks: [VOLUME, VOLUME] })],
    ['networks[0]', node({ networks: ['default'] })],
    ['volumes[0]', node({ volumes: ['data-1'] })],
    ['name', volume({ name: 'Data' })],
    ['sizeGiB', volume({ sizeGiB: 0.5 })],
    ['sizeGiB', volume({ sizeGiB: '10' })],
    ['sizeGiB', (compute) => compute.resizeVolume(VOLUME, 16_385)],
    ['location', volume({ location: undefined })],
    ['snapshot', volume({ snapshot: 'nightly' })],
    ['tags[0]', volume({ tags: [''] })],
    ['action.type', (compute) => compute.actOnNode('1', { type: 'reboot' } as never)],
    ['action.type', (compute) => compute.actOnNode('1', undefined as never)],
    ['action.image', (compute) => compute.actOnNode('1', { type: 'restore' } as never)],
  ])('%s (case %#)', async (field, call) => {
    const { compute, origin } = await open(answer(200, {}));
    await expect(call(compute)).rejects.toMatchObject({ code: 'SDK_CONFIGURATION', field });
    expect(origin.requests).toHaveLength(0);
  });

  test.each<[string, (compute: DigitalOceanCompute) => PromiseLike<unknown>]>([
    ['tagNames', (compute) => collect(compute.listNodes({ tagNames: 'web' } as never))],
    ['tagName', (compute) => collect(compute.listNodes({ tagName: 'web', name: 'web-1' }))],
    ['tagName', (compute) => collect(compute.listNodes({ tagName: 'web', type: 'gpus' }))],
    ['privat', (compute) => collect(compute.listImages({ privat: true } as never))],
    ['nam', (compute) => collect(compute.listVolumes({ nam: 'x' } as never))],
    ['waitMs', (compute) => compute.getNode('1', { waitMs: 1 } as never)],
    ['pollMS', (compute) => compute.stopNode('1', { pollMS: 1 } as never)],
    ['sshKeys', node({ sshKeys: [] })],
    ['disks', (compute) => compute.resizeNode('1', { size: 's', disks: true } as never)],
  ])('an option that cannot be, %s (case %#)', async (key, call) => {
    const { compute, origin } = await open(answer(200, {}));
    await expect(call(compute)).rejects.toMatchObject({
      code: 'SDK_CONFIGURATION',
      message: expect.stringContaining(key),
    });
    expect(origin.requests).toHaveLength(0);
  });

  test.each([undefined, null, '', 7, 'dop_v1 x', 'dop_v1_x\n', 'dop_v1_ä'])(
    'a token that is %j',
    (token) => {
      const make = (): unknown => new DigitalOceanCompute({ token: token as string });
      expect(make).toThrow(expect.objectContaining({ code: 'SDK_CONFIGURATION', field: 'token' }));
      expect(make).not.toThrow(/dop_v1/);
    },
  );

  test('an option that is misspelt', () => {
    const options = { token: TOKEN, tokn: 'x' };
    expect(() => new DigitalOceanCompute(options)).toThrow(/tokn/);
  });
});

describe('the token', () => {
  const everything = (value: unknown): string =>
    `${String(value)} ${JSON.stringify(value)} ${inspect(value, { depth: 12, showHidden: true })}`;

  test('is sent as a bearer token and shown nowhere, whatever the provider echoes', async () => {
    const { compute, origin } = await open((request, response) => {
      const message = `no good: ${request.headers.authorization}`;
      answer(401, { id: 'unauthorized', message })(request, response);
    });
    const error: unknown = await compute.getNode('1').catch((reason: unknown) => reason);
    expect(origin.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(error).toMatchObject({ code: 'SDK_AUTHENTICATION', providerCode: 'unauthorized' });
    const { body: _body, ...shown } = error as { body: unknown };
    expect(everything(shown) + everything(error)).not.toContain('canary4f1c');
  });

  test('is not in the driver’s JSON, text or inspection', async () => {
    const { compute } = await open(answer(200, {}));
    expect(everything(compute)).not.toContain('canary4f1c');
    expect(everything(compute.with({ httpProxy: false }))).not.toContain('canary4f1c');
  });
});

describe('getDriver', () => {
  test('loads the class of an id', async () => {
    expect(await getDriver('digitalocean')).toBe(DigitalOceanCompute);
  });

  test('refuses an id that there is not, and names the nearest', async () => {
    await expect(async () => getDriver('digitalocaen' as never)).rejects.toMatchObject({
      code: 'SDK_CONFIGURATION',
      message: expect.stringContaining('digitalocean'),
    });
  });
});
