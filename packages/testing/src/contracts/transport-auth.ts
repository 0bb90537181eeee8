import type { ProxyServerInit, Transport } from '@sdk/common';
import { digestGate, type DigestGate, type DigestGateOptions } from '../digest-gate.js';
import type { ScriptedProxy } from '../scripted-proxy.js';
import { scripts } from '../scripts.js';
import { until } from '../until.js';
import { serverAt, type Attempt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, type TransportStand } from './transport-stand.js';

type Credentials = Exclude<ProxyServerInit['credentials'], undefined>;

const ADA = { username: 'ada', password: 'p@ss:100%' };
const BASIC = `Basic ${Buffer.from('ada:p@ss:100%').toString('base64')}`;

/** A transport, an origin of each kind, and a proxy with a gate, reached in both ways. */
interface GateStand {
  readonly gate: DigestGate;
  readonly proxy: ScriptedProxy;
  readonly transport: Transport;
  /** The same request in a tunnel and in absolute-form; answers the statuses. */
  send(credentials?: Credentials, more?: Attempt): Promise<number[]>;
}

const outcomes = ({ seen }: DigestGate): string[] => seen.map(({ outcome }) => outcome);

/** Authentication at the proxy: on both ways, with no secret too early, and none in the wrong place. */
export function testAuth({ expect, can, on }: TransportBench): void {
  const set = async (
    stand: TransportStand,
    options: Partial<DigestGateOptions> = {},
  ): Promise<GateStand> => {
    const gate = digestGate({ ...ADA, ...options });
    const proxy = await stand.scripted(scripts.gated(gate));
    const origins = [await stand.secureOrigin(), await stand.origin()];
    const transport = await stand.transport();
    const tls = await stand.trust();
    const send: GateStand['send'] = async (credentials = ADA, more = {}) => {
      const via = serverAt(proxy, { credentials });
      const statuses: number[] = [];
      for (const { url } of origins) {
        statuses.push((await exchange(transport, `${url}/a?b`, { via, tls, ...more })).status);
      }
      return statuses;
    };
    return { gate, proxy, transport, send };
  };

  on(
    'Basic credentials go with the first CONNECT, and with the first request in absolute-form',
    async (stand) => {
      const proxy = await stand.proxy({ credentials: ADA });
      const transport = await stand.transport();
      const tls = await stand.trust();
      for (const { url } of [await stand.secureOrigin(), await stand.origin()]) {
        const answer = await exchange(transport, `${url}/`, { via: serverAt(proxy, ADA), tls });
        expect(answer.status).toBe(200);
        expect(answer.text).not.toMatch(/proxy-authorization|YWRh/i);
      }
      expect(proxy.stats).toMatchObject({ connects: 1, forwards: 1, refused407: 0 });
    },
  );

  on('a token is sent as Bearer, and a whole value as it is', async (stand) => {
    const seen: (string | undefined)[] = [];
    const judge = ({ headers }: { headers: readonly (readonly [string, string])[] }) => {
      seen.push(headers.find(([name]) => /^proxy-authorization$/i.test(name))?.[1]);
      return { pass: true } as const;
    };
    const proxy = await stand.scripted(scripts.gated({ judge }));
    const transport = await stand.transport();
    const origin = await stand.origin();
    for (const tunnel of ['always', 'https'] as const) {
      for (const credentials of [{ token: 'abc.def' }, { authorization: 'Custom a, b="c"' }]) {
        const via = serverAt(proxy, { credentials, tunnel });
        expect((await exchange(transport, `${origin.url}/`, { via })).status).toBe(200);
      }
    }
    const both = ['Bearer abc.def', 'Custom a, b="c"'];
    expect(seen).toEqual([...both, ...both]);
  });

  on(
    'a 407 that credentials did not solve is a ProxyError of phase auth, with the schemes offered and what was tried',
    async (stand) => {
      const headers = ['Proxy-Authenticate: Basic realm="x"', 'Proxy-Authenticate: Negotiate'];
      const transport = await stand.transport();
      for (const target of ['https://origin.test/', 'http://origin.test/']) {
        for (const [credentials, tried, words] of [
          [undefined, [], /asks for credentials/],
          [ADA, ['Basic'], /tried: Basic/],
        ] as const) {
          const proxy = await stand.scripted(scripts.refuse(407, { headers }));
          const via = serverAt(proxy, { credentials });
          const error = await failureOf(transport, target, { via });
          expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', status: 407, tried });
          expect(error).toMatchObject({ schemes: ['Basic', 'Negotiate'], retryable: false });
          expect(error['message']).toMatch(words);
          await until(() => proxy.openSockets() === 0, 'the proxy saw the socket close');
        }
      }
    },
  );

  on('a 401 to CONNECT is taken for the 407 that the proxy meant', async (stand) => {
    const proxy = await stand.scripted(scripts.refuse(401));
    const error = await failureOf(await stand.transport(), 'https://origin.test/', {
      via: serverAt(proxy, ADA),
    });
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', status: 401 });
    expect(error['hint']).toMatch(/credentials|user name/);
  });

  on('what one proxy was told never reaches another proxy', async (stand) => {
    const [one, two] = [await stand.proxy({ credentials: ADA }), await stand.proxy()];
    const [secure, plain] = [await stand.secureOrigin(), await stand.origin()];
    const transport = await stand.transport();
    const tls = await stand.trust();
    const mine = serverAt(one, { ...ADA, headers: ['X-Team', 'blue'] });
    for (const via of [mine, serverAt(two), mine, serverAt(two)]) {
      for (const { url } of [secure, plain]) await exchange(transport, `${url}/`, { via, tls });
    }
    expect(two.requests.length).toBeGreaterThan(2);
    expect(JSON.stringify(two.requests)).not.toMatch(/authorization|x-team/i);
  });

  if (!can.challenges) return;

  for (const algorithm of ['MD5', 'SHA-256']) {
    on(
      `Digest ${algorithm} is answered with qop=auth and counted nonces, on both ways`,
      async (stand) => {
        const { gate, send } = await set(stand, { algorithms: [algorithm] });
        for (let i = 0; i < 3; i += 1) expect(await send()).toEqual([200, 200]);
        expect(gate.faults).toEqual([]);
        expect(outcomes(gate).filter((each) => each === 'passed').length).toBeGreaterThan(3);
        expect(outcomes(gate).slice(-2)).toEqual(['passed', 'passed']);
      },
    );
  }

  on('SHA-256 is chosen before MD5, whatever stands first', async (stand) => {
    const { gate, send } = await set(stand, { algorithms: ['MD5', 'SHA-256'] });
    expect(await send()).toEqual([200, 200]);
    const values = gate.seen.filter(({ outcome }) => outcome === 'passed');
    for (const { authorization } of values) expect(authorization).toMatch(/algorithm=SHA-256/);
    expect([values.length, gate.faults.length]).toEqual([2, 0]);
  });

  on('a password is never sent as Basic where the scheme is Digest', async (stand) => {
    const { gate, send } = await set(stand, { basic: true });
    expect(await send({ ...ADA, scheme: 'digest' })).toEqual([200, 200]);
    expect(JSON.stringify(gate.seen)).not.toContain(BASIC);
    expect(gate.faults).toEqual([]);
  });

  on('a stale nonce is answered with the new one, and is no refusal', async (stand) => {
    const { gate, send } = await set(stand, { uses: 1 });
    const digest = { ...ADA, scheme: 'digest' } as const;
    for (let i = 0; i < 3; i += 1) {
      expect(await send(digest, { freshSocket: true })).toEqual([200, 200]);
    }
    expect(outcomes(gate)).toContain('stale');
    expect(outcomes(gate)).not.toContain('refused');
    expect(gate.faults).toEqual([]);
  });

  on('the legs of a CONNECT go on the same connection, for what is bound to it', async (stand) => {
    const { gate, proxy, transport } = await set(stand, { perConnection: true });
    const origin = await stand.origin();
    const via = serverAt(proxy, { credentials: ADA, tunnel: 'always' });
    for (let i = 0; i < 2; i += 1) {
      const { status } = await exchange(transport, `${origin.url}/`, { via, freshSocket: true });
      expect(status).toBe(200);
    }
    const passed = gate.seen.filter(({ outcome }) => outcome === 'passed');
    expect([passed.length, gate.faults.length]).toEqual([2, 0]);
    for (const { socketId } of passed) {
      const legs = gate.seen.filter((each) => each.socketId === socketId);
      expect(legs.length).toBeGreaterThan(1);
    }
  });

  on('a body goes up whole behind a challenge', async (stand) => {
    const { gate, proxy, transport } = await set(stand);
    const origin = await stand.origin();
    const via = serverAt(proxy, { credentials: { ...ADA, scheme: 'digest' } });
    for (const body of ['text', Buffer.alloc(200_000, 'x')]) {
      const { status } = await exchange(transport, `${origin.url}/`, { via, method: 'PUT', body });
      expect([status, origin.requests.at(-1)?.bodyBytes]).toEqual([200, body.length]);
    }
    expect([origin.requests.length, gate.faults.length]).toEqual([2, 0]);
  });

  on('what a proxy asked for is kept for that proxy alone', async (stand) => {
    const [one, two] = [
      await set(stand, { realm: 'first' }),
      await set(stand, { realm: 'second' }),
    ];
    const digest = { ...ADA, scheme: 'digest' } as const;
    for (const each of [one, two, one]) expect(await each.send(digest)).toEqual([200, 200]);
    expect(JSON.stringify(two.gate.seen)).not.toMatch(/first/);
    expect(JSON.stringify(one.gate.seen)).not.toMatch(/second/);
    expect([...one.gate.faults, ...two.gate.faults]).toEqual([]);
  });
}
