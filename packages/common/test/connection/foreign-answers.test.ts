import { inspect } from 'node:util';
import axios from 'axios';
import { describe, expect, test } from '@jest/globals';
import { AxiosTransport, BaseConnection } from '@sdk/common';
import type {
  FailedAnswer,
  HeaderBag,
  HookContext,
  ProviderError,
  TransportRequest,
} from '@sdk/common';
import { ENGINES } from '../engines.js';
import { connect, failing, keep, origin, rejection } from './stand.js';

const get = { method: 'GET', path: '/' } as const;

describe('a body that somebody read before the connection', () => {
  test.each(ENGINES)(
    'is an error at once, and not a wait without end, under %s',
    async (_n, Engine) => {
      const server = await origin();
      const inner = keep(new Engine());
      const transport = {
        name: 'reading',
        close: () => inner.close(),
        async send(request: TransportRequest) {
          const answer = await inner.send(request);
          for await (const _ of answer.body) continue;
          return answer;
        },
      };
      const connection = connect(server.url, { transport });
      expect(await rejection(connection.request(get))).toMatchObject({
        code: 'SDK_CONFIGURATION',
        message: expect.stringContaining('was read before'),
      });
    },
  );
});

describe('what a driver reads from a failed answer', () => {
  class Reading extends BaseConnection {
    protected override parseError({ body }: FailedAnswer): ProviderError {
      const { code, text } = body as { code: string; text: string };
      return { code, message: text };
    }
  }

  test.each([
    [{ code: 42, text: 'no such size' }, { providerCode: '42' }],
    [{ code: null, text: null }, {}],
    [{ code: {}, text: ['a'] }, {}],
  ])('%j may be no text, and the error keeps its class', async (body, facts) => {
    const server = await failing(422, JSON.stringify(body), { 'content-type': 'application/json' });
    const connection = keep(new Reading({ endpoint: server.url, env: {} }));
    expect(await rejection(connection.request(get))).toMatchObject({
      code: 'SDK_VALIDATION',
      status: 422,
      ...facts,
    });
  });
});

describe('the secrets of a connection', () => {
  class WithPassword extends BaseConnection {
    protected override async authorize(
      _headers: HeaderBag,
      { nested }: HookContext,
    ): Promise<void> {
      await this.derive({ endpoint: this.endpoint, purpose: 'token' }).request(get, nested);
    }
    protected override secrets(): readonly string[] {
      return ['canary secret'];
    }
  }

  test.each(['canary secret', 'canary%20secret', 'canary+secret'])(
    'are redacted in what a derived one is told (%s)',
    async (echoed) => {
      const body = JSON.stringify({ message: `no "${echoed}"`, code: echoed });
      const server = await failing(400, body, { 'content-type': 'application/json' });
      const connection = keep(new WithPassword({ endpoint: server.url, env: {} }));
      const error = await rejection(connection.request(get));
      expect(error.message).toContain('[redacted]');
      expect(inspect(error) + JSON.stringify(error)).not.toContain(echoed);
    },
  );
});

describe('an interceptor', () => {
  const through = async (prepare: (instance: ReturnType<typeof axios.create>) => void) => {
    const server = await origin();
    const instance = axios.create();
    prepare(instance);
    const transport = keep(new AxiosTransport({ axios: instance }));
    const error = await rejection(connect(server.url, { transport }).request(get));
    return { error, asked: server.requests.length };
  };

  test.each([
    ['signal', { signal: AbortSignal.abort() }],
    ['cancelToken', { cancelToken: { throwIfRequested: () => undefined } }],
    ['validateStatus', { validateStatus: () => false }],
    ['maxContentLength', { maxContentLength: 1 }],
  ])('that sets %s is refused by name, and nothing is sent', async (key, setting) => {
    const { error, asked } = await through((instance) =>
      instance.interceptors.request.use((config) => Object.assign(config, setting)),
    );
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: `axios.${key}` });
    expect(asked).toBe(0);
  });

  test.each([
    ['request', 0],
    ['response', 1],
  ] as const)('of the %s that returns nothing is told so', async (kind, asked) => {
    const given = await through((instance) =>
      instance.interceptors[kind].use((() => undefined) as never),
    );
    expect(given).toMatchObject({ error: { code: 'SDK_CONFIGURATION', field: 'axios' }, asked });
  });
});
