import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { BaseConnection, BaseDriver, callOptions, CALL_KEYS, checkKeys } from '@sdk/common';
import type { CallOptions, DriverOptions, HeaderBag, Settings } from '@sdk/common';
import { startOrigin, startProxy } from '@sdk/testing';
import type { Echo, Origin, Proxy } from '@sdk/testing';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});
function keep<T extends { close(): Promise<void> }>(closable: T): T {
  open.push(closable);
  return closable;
}
const origin = async (): Promise<Origin> => keep(await startOrigin());
const proxy = async (): Promise<Proxy> => keep(await startProxy());

interface ShelfOptions extends DriverOptions {
  readonly token: string;
}

class ShelfConnection extends BaseConnection {
  readonly #token: string;

  constructor(settings: Settings, { token }: ShelfOptions) {
    super(settings, { endpoint: settings.endpoint ?? 'https://shelf.example' });
    this.#token = token;
  }

  protected override authorize(headers: HeaderBag): void {
    headers.set('Authorization', `Bearer ${this.#token}`);
  }

  protected override secrets(): readonly string[] {
    return [this.#token];
  }
}

interface ListOptions extends CallOptions {
  readonly colour?: string | undefined;
}

class Shelf extends BaseDriver<ShelfConnection> {
  readonly #salt = 'salt';

  constructor(options: ShelfOptions) {
    super(options, ['token'], (settings) => new ShelfConnection(settings, options));
  }

  async find(options: ListOptions = {}): Promise<Echo> {
    checkKeys(options, [...CALL_KEYS, 'colour'], 'find');
    const query = { colour: options.colour, salt: this.#salt };
    return (
      await this.connection.request<Echo>(
        { method: 'GET', path: '/things', query },
        callOptions(options),
      )
    ).body;
  }
}

class Nowhere extends BaseDriver<undefined> {
  constructor(options: DriverOptions = {}) {
    super(options, [], () => undefined);
  }

  look(): string {
    this.settings.checkOpen();
    return 'here';
  }
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a driver', () => {
  test('has one connection, whose credentials go with each request', async () => {
    const server = await origin();
    const shelf = keep(new Shelf({ token: 't-1', endpoint: server.url, env: {} }));
    const { url } = await shelf.find({ colour: 'red', headers: { 'X-A': 'b' } });
    expect(url).toBe('/things?colour=red&salt=salt');
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer t-1', 'x-a': 'b' });
  });

  test('goes to its provider unless it is told otherwise', () => {
    const shelf = new Shelf({ token: 't' });
    expect((shelf as unknown as { connection: ShelfConnection }).connection.endpoint.href).toBe(
      'https://shelf.example/',
    );
  });

  test('reaches endpoints that no method wraps', async () => {
    const server = await origin();
    const shelf = keep(new Shelf({ token: 't', endpoint: server.url, env: {} }));
    const answer = await shelf.request<Echo>({
      method: 'POST',
      path: '/set?x-request-id=req-1&ratelimit-remaining=3&body=%7B%7D',
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {},
      requestId: 'req-1',
      rateLimit: { remaining: 3 },
    });
  });

  test('refuses an option that is not its own, by name', async () => {
    const options = { token: 't', tokn: 'x' } as unknown as ShelfOptions;
    expect(() => new Shelf(options)).toThrow(/no member "tokn"; did you mean "token"/);
    expect(() => new Shelf({ token: 't', enpoint: 'x' } as unknown as ShelfOptions)).toThrow(
      /did you mean "endpoint"/,
    );
    const server = await origin();
    const shelf = keep(new Shelf({ token: 't', endpoint: server.url, env: {} }));
    const call = shelf.find({ color: 'red' } as unknown as ListOptions);
    expect(await failure(call)).toMatchObject({
      code: 'SDK_CONFIGURATION',
      message: expect.stringContaining('"colour"'),
    });
    expect(server.requests).toHaveLength(0);
  });

  test('shows no secret when it is inspected', () => {
    const shelf = new Shelf({ token: 'canary-1', httpProxy: 'http://u:canary-2@h:1' });
    const view = shelf.with({ httpProxy: 'http://u:canary-3@h:1' });
    const shown = [shelf, view].map(
      (each) => inspect(each, { depth: 9, showHidden: true }) + JSON.stringify(each),
    );
    expect(shown.join()).not.toContain('canary');
  });

  test('takes another proxy for the requests that follow', async () => {
    const [server, a, b] = await Promise.all([origin(), proxy(), proxy()]);
    const shelf = keep(new Shelf({ token: 't', endpoint: server.url, env: { http_proxy: a.url } }));
    await shelf.find();
    shelf.setHttpProxy(b.url);
    await shelf.find();
    await shelf.find({ httpProxy: false });
    shelf.setHttpProxy(undefined);
    await shelf.find();
    expect([a.stats.forwards, b.stats.forwards, server.requests.length]).toEqual([2, 1, 4]);
  });

  test('is closed by await using’s symbol, and then refuses', async () => {
    const server = await origin();
    const shelf = new Shelf({ token: 't', endpoint: server.url, env: {} });
    await shelf.find();
    await shelf[Symbol.asyncDispose]();
    expect(await failure(shelf.find())).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: 'close',
    });
    expect(await failure(shelf.with({}).find())).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: 'close',
    });
  });
});

describe('a view of a driver', () => {
  test('is of the driver’s class, with its own defaults, over the same sockets', async () => {
    const [server, a, b] = await Promise.all([origin(), proxy(), proxy()]);
    const shelf = keep(new Shelf({ token: 't', endpoint: server.url, env: {}, httpProxy: a.url }));
    const view = shelf.with({ httpProxy: b.url });
    const follower = view.with({ timeouts: { totalMs: 5_000 } });
    expect(view).toBeInstanceOf(Shelf);
    await view.find();
    await follower.find();
    await shelf.find();
    expect([a.stats.forwards, b.stats.forwards]).toEqual([1, 2]);
    expect(b.stats.connections).toBe(1);
    shelf.setHttpProxy(false);
    await view.find();
    expect(b.stats.forwards).toBe(3);
    await view.close();
    await view.find();
    await shelf.find();
    expect(server.requests).toHaveLength(6);
  });
});

describe('a driver without a connection', () => {
  test('has a life, and says that it sends nothing', async () => {
    const driver = new Nowhere();
    expect(driver.look()).toBe('here');
    expect(await failure(driver.request({ method: 'GET', path: '/' }))).toMatchObject({
      code: 'SDK_UNSUPPORTED',
    });
    await driver.close();
    expect(() => driver.look()).toThrow(/closed/);
  });
});
