import http from 'node:http';
import https from 'node:https';
import { scripts } from '../scripts.js';
import type { TransportBench } from './transport-bench.js';
import { serverAt } from './transport-attempt.js';
import { exchange, type TransportStand } from './transport-stand.js';

const VARIABLES = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);
/** Where undici keeps the dispatcher that `fetch` uses. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/** Runs `work` while the values stand on `target`, and puts back what was there. */
async function withOwn(
  target: object,
  values: Record<PropertyKey, unknown>,
  work: () => Promise<void>,
): Promise<void> {
  const keys = Reflect.ownKeys(values);
  const before = keys.map((key) => [key, Object.getOwnPropertyDescriptor(target, key)] as const);
  try {
    for (const key of keys) {
      const value = values[key];
      const settled = Object.getOwnPropertyDescriptor(target, key)?.configurable === false;
      Object.defineProperty(
        target,
        key,
        // undici's dispatcher may be replaced, and its property not be made anew.
        settled
          ? { value }
          : { value, configurable: true, writable: true, enumerable: target === process.env },
      );
    }
    await work();
  } finally {
    for (const [key, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(target, key);
      else Object.defineProperty(target, key, descriptor);
    }
  }
}

/** What somebody set for the whole process changes nothing of what was decided. */
export function testAmbient({ expect, can, on }: TransportBench): void {
  /** Requests to an http and an https origin, directly and by a proxy, while the process has been tampered with. */
  const unmoved = async (
    stand: TransportStand,
    within: (trapUrl: string, work: () => Promise<void>) => Promise<void>,
  ): Promise<void> => {
    const [plain, secure, trap] = [
      await stand.origin(),
      await stand.secureOrigin(),
      await stand.scripted(scripts.silent),
    ];
    const proxy = can.proxies ? await stand.proxy() : undefined;
    const tls = await stand.trust();
    await within(trap.url, async () => {
      const transport = await stand.transport();
      const timeouts = { headersMs: 3_000, connectMs: 3_000, proxyMs: 3_000 };
      for (const via of proxy === undefined ? [undefined] : [undefined, serverAt(proxy)]) {
        for (const { url } of [plain, secure]) {
          const { status } = await exchange(transport, `${url}/`, { via, tls, timeouts });
          expect(status).toBe(200);
        }
      }
    });
    expect(trap.connections.length).toBe(0);
    if (proxy !== undefined) expect(proxy.stats).toMatchObject({ forwards: 1, connects: 1 });
  };

  on('the proxy variables of the environment change nothing below the decision', async (stand) => {
    await unmoved(stand, async (trapUrl, work) => {
      const env = Object.fromEntries(VARIABLES.map((name) => [name, trapUrl]));
      await withOwn(process.env, { ...env, NODE_USE_ENV_PROXY: '1', no_proxy: '' }, work);
    });
  });

  on('http.setGlobalProxyFromEnv changes nothing below the decision', async (stand) => {
    await unmoved(stand, async (trapUrl, work) => {
      // Node has it since 24.14; where it is missing there is nothing to be immune to.
      const { setGlobalProxyFromEnv } = http as {
        setGlobalProxyFromEnv?: (env: Record<string, string>) => () => void;
      };
      const restore = setGlobalProxyFromEnv?.({ http_proxy: trapUrl, https_proxy: trapUrl });
      try {
        await work();
      } finally {
        restore?.();
      }
    });
  });

  on('a global agent or dispatcher that somebody has set is not used', async (stand) => {
    await unmoved(stand, async (_trapUrl, work) => {
      const never = (): never => {
        throw new Error('the global agent was used');
      };
      const agent = Object.assign(new http.Agent(), { addRequest: never, createConnection: never });
      const secureAgent = Object.assign(new https.Agent(), {
        addRequest: never,
        createConnection: never,
      });
      await withOwn(globalThis, { [DISPATCHER]: { dispatch: never, request: never } }, () =>
        withOwn(http, { globalAgent: agent }, () =>
          withOwn(https, { globalAgent: secureAgent }, work),
        ),
      );
    });
  });

  on('nothing on Object.prototype can turn a request to a proxy', async (stand) => {
    await unmoved(stand, async (trapUrl, work) => {
      const { hostname: host, port } = new URL(trapUrl);
      const proxy = { protocol: 'http:', host, port: Number(port), href: 'x', headers: [] };
      await withOwn(Object.prototype, { proxy, socketPath: '/tmp/nothing.sock' }, work);
    });
  });

  on('nothing on Object.prototype is a TLS setting or a path', async (stand) => {
    const { ca } = await stand.trust();
    const pollutions = { path: '/tmp/nothing.sock', ca, rejectUnauthorized: false };
    // The certificate has the names that are asked for below, so that only trust is missing.
    const names = Object.keys(pollutions).map((key) => `${key.toLowerCase()}.test`);
    const origin = await stand.secureOrigin({}, ['127.0.0.1', ...names]);
    const transport = await stand.transport();
    for (const [key, value] of Object.entries(pollutions)) {
      // TLS settings of its own, so that no context made for another test is used.
      const distrusting = { servername: `${key.toLowerCase()}.test` };
      await withOwn(Object.prototype, { [key]: value }, async () => {
        const { status } = await exchange(transport, `${origin.url}/`, { tls: { onlyCa: ca } });
        expect(status).toBe(200);
        const failure = await exchange(transport, `${origin.url}/`, { tls: distrusting }).then(
          () => ({}),
          (error: unknown) => error,
        );
        expect(failure).toMatchObject({ code: 'SDK_TLS' });
      });
    }
  });
}
