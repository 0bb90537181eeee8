import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AxiosTransport, type Transport } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import {
  attempt,
  createCertificateAuthority,
  serverAt,
  startOrigin,
  startProxy,
  type Origin,
  type Proxy,
} from '@sdk/testing';
import { text } from '../transport/request.js';

/** Where Linux lists its sockets with their timers. */
const TABLE = '/proc/net/tcp';

let origin: Origin;
let proxy: Proxy;
let ca: string;

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  ca = authority.cert;
  origin = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
  proxy = await startProxy();
});
afterAll(() => Promise.all([origin.close(), proxy.close()]));

/** The keep-alive timers of the connections to `port`: in how many seconds each sends its next probe. */
function probesTo(port: number): (number | undefined)[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync(TABLE, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , peer, state]) => peer === `0100007F:${hex}` && state === '01')
    .map(([, , , , , timer = '']) => {
      // `02`: the keep-alive timer; then hundredths of a second in hexadecimal.
      const [kind, rest = ''] = timer.split(':');
      return kind === '02' ? parseInt(rest, 16) / 100 : undefined;
    });
}

const onLinux = existsSync(TABLE) ? test : test.skip;

const ENGINES: readonly [name: string, make: () => Transport][] = [
  ['AxiosTransport', () => new AxiosTransport()],
  ['UndiciTransport', () => new UndiciTransport()],
];
const WAYS = [
  ['direct', undefined],
  ['in a tunnel', true],
] as const;

onLinux.each(
  WAYS.flatMap(([way, via]) => ENGINES.map(([name, make]) => ({ way, via, name, make }))),
)(
  'a silent connection is probed before a NAT forgets it, $way, with $name',
  async ({ via, make }) => {
    const transport = make();
    const proxied = via && serverAt(proxy);
    await text(
      (await transport.send(attempt(`${origin.url}/`, { via: proxied, tls: { ca } }))).body,
    );
    const probes = probesTo(via ? proxy.port : origin.port);
    await transport.close();
    expect(probes).toHaveLength(1);
    expect(probes[0]).toBeGreaterThan(0);
    expect(probes[0]).toBeLessThanOrEqual(31);
  },
);
