/** What an end user of a driver sees of a bad network: by both engines, each fault alone and all of them together. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { AxiosTransport, isSdkError, type SdkError } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import { PowerDns, type PowerDnsOptions } from '@sdk/dns/drivers/powerdns';
import { chaos, type ChaosFault, type ChaosOptions, type ChaosTransport } from '@sdk/testing';
import { API_KEY, startPowerDns, type PowerDnsOrigin } from './powerdns/origin.js';

const ENGINES = [
  ['AxiosTransport', AxiosTransport],
  ['UndiciTransport', UndiciTransport],
] as const;
const FAULTS: readonly ChaosFault[] = [
  'refuse',
  'lose',
  'delay',
  'cut',
  'rateLimit',
  'unavailable',
];
const A_ZONE = { name: 'example.org' };
const www = { name: 'www', type: 'A', ttl: 60, value: '192.0.2.1' };

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

interface Stand {
  readonly dns: PowerDns;
  readonly origin: PowerDnsOrigin;
  readonly transport: ChaosTransport;
  /** How often the server was asked by this method. */
  asked(method: string): number;
}

async function stand(
  Engine: (typeof ENGINES)[number][1],
  options: ChaosOptions,
  retry: PowerDnsOptions['retry'] = { attempts: 3, baseDelayMs: 1 },
): Promise<Stand> {
  const origin = await startPowerDns();
  const transport = chaos(new Engine(), { delayMs: 5, ...options });
  const endpoint = origin.url;
  const dns = new PowerDns({ endpoint, apiKey: API_KEY, env: {}, transport, retry });
  open.push(origin, transport, dns);
  const asked = (method: string): number =>
    origin.requests.filter((request) => request.method === method).length;
  return { dns, origin, transport, asked };
}

/** A fault that only the first request by a method meets. */
function firstOf(method: string, fault: ChaosFault): ChaosOptions {
  let met = false;
  return {
    choose: (request) => {
      if (met || request.method !== method) return undefined;
      met = true;
      return fault;
    },
  };
}

async function failure(call: Promise<unknown>): Promise<SdkError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (!isSdkError(error)) throw error;
    return error;
  }
}

describe.each(ENGINES)('PowerDns over a bad network, by %s', (_name, Engine) => {
  test.each(FAULTS)('a read that meets “%s” once succeeds, and nobody notices', async (fault) => {
    const { dns, origin, transport } = await stand(Engine, firstOf('GET', fault));
    origin.zones.set('example.org.', []);
    expect((await dns.getZone('example.org')).name).toBe('example.org');
    expect(transport.tally).toMatchObject({ [fault]: 1, passed: fault === 'delay' ? 0 : 1 });
  });

  test.each<[ChaosFault, number]>([
    ['refuse', 1],
    ['lose', 2],
    ['delay', 1],
    ['cut', 2],
    ['rateLimit', 1],
    ['unavailable', 1],
  ])('a record whose set meets “%s” on its way is there once', async (fault, written) => {
    const { dns, origin, asked } = await stand(Engine, firstOf('PATCH', fault));
    origin.zones.set('example.org.', []);
    await dns.createRecord('example.org', www);
    expect(asked('PATCH')).toBe(written);
    expect(origin.zones.get('example.org.')).toMatchObject([
      { name: 'www.example.org.', records: [{ content: www.value }] },
    ]);
  });

  test.each<[ChaosFault, object | undefined, number]>([
    ['refuse', undefined, 1],
    ['lose', { code: 'SDK_CONNECTION', requestSent: 'maybe' }, 1],
    ['delay', undefined, 1],
    ['cut', { code: 'SDK_CONNECTION', requestSent: 'yes' }, 1],
    ['rateLimit', undefined, 1],
    ['unavailable', { code: 'SDK_SERVER', status: 503 }, 0],
  ])(
    'a zone whose creation meets “%s” is never created twice, and a doubt is told',
    async (fault, error, created) => {
      const { dns, origin, asked } = await stand(Engine, firstOf('POST', fault));
      const seen = await failure(dns.createZone(A_ZONE));
      if (error === undefined) expect(seen).toBeUndefined();
      else expect(seen).toMatchObject(error);
      expect([asked('POST'), origin.zones.size]).toEqual([created, created]);
    },
  );

  test('a deletion whose answer was lost is sent again, and finding nothing is its success', async () => {
    const { dns, origin, asked } = await stand(Engine, firstOf('DELETE', 'lose'));
    origin.zones.set('example.org.', []);
    await dns.deleteZone('example.org');
    expect([asked('DELETE'), origin.zones.size]).toEqual([2, 0]);
  });

  test('a network that stays bad is an error that tells of each attempt', async () => {
    const faults: ChaosFault[] = ['refuse', 'rateLimit', 'lose'];
    const { dns } = await stand(Engine, { choose: (_request, number) => faults[number - 1] });
    expect(await failure(dns.getZone('example.org'))).toMatchObject({
      code: 'SDK_CONNECTION',
      attempts: [
        { number: 1, code: 'SDK_CONNECTION' },
        { number: 2, status: 429 },
        { number: 3, code: 'SDK_CONNECTION' },
      ],
    });
  });

  test('of many changes under all faults, those that succeeded are there, none is there twice, and no doubt is hidden', async () => {
    const rates = Object.fromEntries(FAULTS.map((fault) => [fault, 0.1]));
    const patient = { attempts: 20, baseDelayMs: 1, budget: Infinity };
    const { dns, origin, transport } = await stand(Engine, { rates, delayMs: 1 }, patient);
    const names = Array.from({ length: 40 }, (_, i) => `zone${i}.example`);
    const created = new Map<string, SdkError | undefined>();
    for (const name of names) created.set(name, await failure(dns.createZone({ name })));

    for (const [name, error] of created) {
      const sent = origin.bodies().filter((body) => (body as { name: string }).name === `${name}.`);
      const there = origin.zones.has(`${name}.`);
      expect(sent).toHaveLength(there ? 1 : 0);
      if (error === undefined) expect(there).toBe(true);
      // An outage was answered before anything was done; whatever else is told says that it may have been.
      else if (there)
        expect(error).toMatchObject({ requestSent: expect.stringMatching(/^(maybe|yes)$/) });
      else expect(error).toMatchObject({ code: 'SDK_SERVER', status: 503 });
    }

    for (const name of names) {
      origin.zones.set(`${name}.`, []);
      await dns.createRecord(name, www);
      expect(origin.zones.get(`${name}.`)).toMatchObject([{ records: [{ content: www.value }] }]);
      await dns.deleteZone(name);
    }
    expect(origin.zones.size).toBe(0);
    for (const fault of FAULTS) expect(transport.tally[fault]).toBeGreaterThan(0);
  });
});
