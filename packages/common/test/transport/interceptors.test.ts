import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { AxiosTransport } from '@sdk/common';
import { startOrigin, type Origin } from '@sdk/testing';
import { attempt, text } from './request.js';

let origin: Origin;
beforeAll(async () => {
  origin = await startOrigin();
});
afterAll(() => origin.close());

type Echo = { headers: [string, string][]; bodyBytes: number };
interface Seen {
  readonly order: string[];
  readonly headers: Record<string, string>;
  readonly status: number;
}

/** The same request on plain axios and on the transport: what an interceptor does must come to the same. */
const senders: [
  string,
  (instance: AxiosInstance, path?: string) => Promise<{ status: number; echo: Echo }>,
][] = [
  [
    'plain axios',
    async (instance, path = '/') => {
      const response = await instance.post<Echo>(origin.url + path, 'body', {
        proxy: false,
        validateStatus: () => true,
      });
      return { status: response.status, echo: response.data };
    },
  ],
  [
    'the transport',
    async (instance, path = '/') => {
      const transport = new AxiosTransport({ axios: instance });
      const response = await transport.send(
        attempt(origin.url + path, { method: 'POST', body: 'body' }),
      );
      const echo = JSON.parse(await text(response.body)) as Echo;
      await transport.close();
      return { status: response.status, echo };
    },
  ],
];

/** Registers interceptors that tell their order, in each of axios's variants. */
async function run(
  send: (typeof senders)[number][1],
  prepare: (instance: AxiosInstance, order: string[]) => void,
): Promise<Seen> {
  const instance = axios.create();
  const order: string[] = [];
  prepare(instance, order);
  const { status, echo } = await send(instance);
  const headers = Object.fromEntries(
    echo.headers.map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { order, headers, status };
}

describe.each(senders)('an interceptor on %s', (_name, send) => {
  test('adds a header', async () => {
    const { headers } = await run(send, (instance) => {
      instance.interceptors.request.use((config) => {
        config.headers.set('X-Trace', 'abc');
        return config;
      });
    });
    expect(headers['x-trace']).toBe('abc');
  });

  test('runs last in, first out before the request, and first in, first out behind it', async () => {
    const { order } = await run(send, (instance, seen) => {
      for (const name of ['one', 'two']) {
        instance.interceptors.request.use((config) => {
          seen.push(`request ${name}`);
          return config;
        });
        instance.interceptors.response.use((response) => {
          seen.push(`response ${name}`);
          return response;
        });
      }
    });
    expect(order).toEqual(['request two', 'request one', 'response one', 'response two']);
  });

  test('is skipped where runWhen says no', async () => {
    const { order } = await run(send, (instance, seen) => {
      const note = (config: InternalAxiosRequestConfig) => {
        seen.push('ran');
        return config;
      };
      instance.interceptors.request.use(note, null, {
        runWhen: (config) => config.method === 'get',
      });
    });
    expect(order).toEqual([]);
  });

  test('runs at once where all are synchronous, and may be asynchronous otherwise', async () => {
    const { order, headers } = await run(send, (instance, seen) => {
      instance.interceptors.request.use(
        (config) => {
          seen.push('synchronous');
          return config;
        },
        null,
        { synchronous: true },
      );
      instance.interceptors.request.use(async (config) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push('asynchronous');
        config.headers.set('X-Late', '1');
        return config;
      });
    });
    expect([order, headers['x-late']]).toEqual([['asynchronous', 'synchronous'], '1']);
  });

  test('changes the body, and its length follows', async () => {
    const { headers } = await run(send, (instance) => {
      instance.interceptors.request.use((config) => {
        config.data = 'a longer body';
        return config;
      });
    });
    expect(headers['content-length']).toBe('13');
  });

  test('ends the request with its own error', async () => {
    const why = new Error('not today');
    await expect(
      run(send, (instance) => {
        instance.interceptors.request.use(() => Promise.reject(why));
      }),
    ).rejects.toBe(why);
  });

  test('sees the answer and may change its status', async () => {
    const { status } = await run(send, (instance) => {
      instance.interceptors.response.use((response) => ({
        ...response,
        status: response.status + 1,
      }));
    });
    expect(status).toBe(201);
  });

  test('deals with the failure of one that ran before it', async () => {
    const { order, headers } = await run(send, (instance, seen) => {
      let kept: InternalAxiosRequestConfig;
      instance.interceptors.request.use(
        (config) => config,
        () => {
          seen.push('rejected');
          kept.headers.set('X-Kept', '1');
          return kept;
        },
      );
      instance.interceptors.request.use((config) => {
        kept = config;
        throw new Error('no');
      });
    });
    expect([order, headers['x-kept']]).toEqual([['rejected'], '1']);
  });

  test('that is synchronous, throws and deals with it itself ends the rest, and the request is sent', async () => {
    const { order, status } = await run(send, (instance, seen) => {
      const synchronous = { synchronous: true };
      const first = (config: InternalAxiosRequestConfig) => {
        seen.push('never');
        return config;
      };
      instance.interceptors.request.use(first, null, synchronous);
      const throws = () => {
        throw new Error('no');
      };
      instance.interceptors.request.use(throws, () => seen.push('dealt with'), synchronous);
    });
    expect([order, status]).toEqual([['dealt with'], 200]);
  });

  test('may send the request again by the instance', async () => {
    const { order, status } = await run(send, (instance, seen) => {
      instance.interceptors.response.use((response) => {
        seen.push(`answer ${seen.length + 1}`);
        if (seen.length > 1) return response;
        (response.data as { destroy?: () => void }).destroy?.();
        return instance(response.config);
      });
    });
    expect(status).toBe(200);
    expect(order[0]).toBe('answer 1');
    expect(order.length).toBeGreaterThan(1);
  });

  test('may put a plain object in the place of the headers, and take one away', async () => {
    const { headers } = await run(send, (instance) => {
      instance.interceptors.request.use((config) => {
        config.headers = { 'X-Only': 'this', 'X-Not': false } as never;
        return config;
      });
    });
    expect([headers['x-only'], headers['x-not']]).toEqual(['this', undefined]);
  });

  test("changes nothing of the instance's own defaults", async () => {
    let defaults: unknown;
    await run(send, (instance) => {
      instance.defaults.transitional = {
        ...axios.defaults.transitional,
        clarifyTimeoutError: true,
      };
      instance.defaults.headers.common['X-Team'] = 'blue';
      instance.interceptors.request.use((config) => {
        config.transitional!.clarifyTimeoutError = false;
        config.headers.set('X-Team', 'red');
        return config;
      });
      defaults = instance.defaults;
    });
    expect(defaults).toMatchObject({
      transitional: { clarifyTimeoutError: true },
      headers: { common: { 'X-Team': 'blue' } },
    });
  });

  test('that was ejected no longer runs', async () => {
    const { order } = await run(send, (instance, seen) => {
      const id = instance.interceptors.request.use((config) => {
        seen.push('ran');
        return config;
      });
      instance.interceptors.request.eject(id);
    });
    expect(order).toEqual([]);
  });

  test('the default headers of the instance are sent', async () => {
    const { headers } = await run(send, (instance) => {
      instance.defaults.headers.common['X-Team'] = 'blue';
      instance.defaults.headers.post['X-Method'] = 'post';
    });
    expect([headers['x-team'], headers['x-method']]).toEqual(['blue', 'post']);
  });
});

test('an answer that an interceptor refuses gives its socket back', async () => {
  const instance = axios.create();
  instance.interceptors.response.use(() => Promise.reject(new Error('no')));
  const transport = new AxiosTransport({ axios: instance, maxSockets: 2 });
  for (let i = 0; i < 6; i += 1) {
    await expect(transport.send(attempt(`${origin.url}/bytes/100000`))).rejects.toThrow('no');
  }
  await transport.close();
});

test("an interceptor may be added to the transport's own instance", async () => {
  const transport = new AxiosTransport();
  transport.axios.interceptors.request.use((config) => {
    config.headers.set('X-Own', '1');
    return config;
  });
  const response = await transport.send(attempt(`${origin.url}/`));
  expect(await text(response.body)).toContain('X-Own');
  await transport.close();
});

test('a header that the request has twice arrives twice or joined, through an instance too', async () => {
  const instance = axios.create();
  instance.interceptors.request.use((config) => config);
  const transport = new AxiosTransport({ axios: instance });
  const response = await transport.send(
    attempt(`${origin.url}/`, { headers: ['X-A', '1', 'X-A', '2'] }),
  );
  const { headers } = JSON.parse(await text(response.body)) as Echo;
  expect(
    headers
      .filter(([name]) => name === 'X-A')
      .map(([, value]) => value)
      .join(', '),
  ).toBe('1, 2');
  await transport.close();
});

test('a header whose name is that of the prototype arrives', async () => {
  const instance = axios.create();
  instance.interceptors.request.use((config) => config);
  const transport = new AxiosTransport({ axios: instance });
  const response = await transport.send(attempt(`${origin.url}/`, { headers: ['__proto__', 'x'] }));
  const { headers } = JSON.parse(await text(response.body)) as Echo;
  expect(headers).toContainEqual(['__proto__', 'x']);
  await transport.close();
});

test.each([null, {}, 'axios', () => undefined])(
  '%p is refused as an axios instance',
  (instance) => {
    expect(() => new AxiosTransport({ axios: instance as unknown as AxiosInstance })).toThrow(
      expect.objectContaining({ code: 'SDK_CONFIGURATION', field: 'axios' }),
    );
  },
);

describe('what would break the decision is refused by name', () => {
  test.each([
    ['proxy', { proxy: { host: 'evil', port: 1 } }],
    ['httpAgent', { httpAgent: {} }],
    ['httpsAgent', { httpsAgent: {} }],
    ['adapter', { adapter: () => Promise.reject(new Error('never')) }],
    ['baseURL', { baseURL: 'http://elsewhere' }],
    ['auth', { auth: { username: 'a', password: 'b' } }],
    ['maxRedirects', { maxRedirects: 3 }],
    ['timeout', { timeout: 1_000 }],
    ['socketPath', { socketPath: '/tmp/x' }],
    ['params', { params: { a: 1 } }],
  ])('%s', async (name, setting) => {
    expect(() => new AxiosTransport({ axios: axios.create(setting as object) })).toThrow(
      expect.objectContaining({ code: 'SDK_CONFIGURATION', field: `axios.${name}` }),
    );
    const seen = origin.requests.length;
    const instance = axios.create();
    instance.interceptors.request.use((config) => Object.assign(config, setting));
    const transport = new AxiosTransport({ axios: instance });
    await expect(transport.send(attempt(`${origin.url}/`))).rejects.toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: `axios.${name}`,
    });
    expect(origin.requests).toHaveLength(seen);
    await transport.close();
  });

  test.each([
    ['url', { url: 'http://127.0.0.1:9/elsewhere' }],
    ['method', { method: 'delete' }],
  ])('a changed %s', async (name, change) => {
    const instance = axios.create();
    instance.interceptors.request.use((config) => Object.assign(config, change));
    const transport = new AxiosTransport({ axios: instance });
    await expect(transport.send(attempt(`${origin.url}/`))).rejects.toMatchObject({
      field: `axios.${name}`,
    });
    await transport.close();
  });

  test.each([5, [], null, 'x'])('options that are %p', (options) => {
    expect(() => new AxiosTransport(options as never)).toThrow(
      expect.objectContaining({ code: 'SDK_CONFIGURATION' }),
    );
  });

  test('an unknown option of the transport', () => {
    expect(() => new AxiosTransport({ agent: 1 } as object)).toThrow(/no member "agent"/);
  });
});
