/**
 * What a request through a CONNECT tunnel costs, side by side with other clients:
 *
 *     node tools/bench/run.mjs                   all clients; a table on the screen and in README.md
 *     node tools/bench/run.mjs --quick           fewer rounds, on the screen only
 *     node tools/bench/run.mjs --only a,b        these clients, on the screen only
 *     node tools/bench/run.mjs --profile DIR     CPU profiles of the clients in DIR, on the screen only
 *
 * It measures what users get, the compiled packages: build first.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createCertificateAuthority } from '@sdk/testing';
import { start } from './processes.mjs';
import { runScenario } from './scenario.mjs';
import { tableOf } from './table.mjs';

/** The clients, in the order of the table: file in peers/ → what it is. */
const TITLES = {
  'axios-transport': '`AxiosTransport`, bare',
  driver: '`PowerDns.getZone()`, whole',
  'node-https': 'node `https`, `HttpsProxyAgent`',
  axios: '`axios`, `HttpsProxyAgent`',
  undici: '`undici` `request`, `ProxyAgent`',
  'tls-socket': 'a TLS socket without HTTP',
};
const YARDSTICK = 'node-https';

const SIZES = [
  { concurrency: 1, requests: 2_000, warmUp: 4_000, rounds: 9 },
  { concurrency: 64, requests: 6_000, warmUp: 12_000, rounds: 9 },
];
const QUICK_ROUNDS = 3;

/** What PowerDNS answers about a zone and its SOA. */
const BODY = JSON.stringify({
  account: '',
  api_rectify: false,
  catalog: '',
  dnssec: false,
  edited_serial: 2026110201,
  id: 'example.org.',
  kind: 'Native',
  last_check: 0,
  master_tsig_key_ids: [],
  masters: [],
  name: 'example.org.',
  notified_serial: 0,
  nsec3narrow: false,
  nsec3param: '',
  rrsets: [
    {
      comments: [],
      name: 'example.org.',
      records: [
        {
          content:
            'a.misconfigured.dns.server.invalid. hostmaster.example.org. 2026110201 10800 3600 604800 3600',
          disabled: false,
        },
      ],
      ttl: 3600,
      type: 'SOA',
    },
  ],
  serial: 2026110201,
  slave_tsig_key_ids: [],
  soa_edit: '',
  soa_edit_api: 'DEFAULT',
  url: '/api/v1/servers/localhost/zones/example.org.',
});
const TASK = {
  path: '/api/v1/servers/localhost/zones/example.org.?rrset_name=example.org.&rrset_type=SOA',
  headers: { 'X-API-Key': 'a-key-that-nobody-checks', Accept: 'application/json' },
};

const README = new URL('README.md', import.meta.url);
const MARKERS = /(<!-- figures -->\n)[^]*(<!-- end of figures -->)/;

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, profile: { type: 'string' } },
});
const peers = flags.only?.split(',') ?? Object.keys(TITLES);
const startedAt = performance.now();

const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
const origin = start('servers/origin.mjs');
const proxy = start('servers/tunnel-proxy.mjs');
try {
  const authority = await createCertificateAuthority();
  const roots = path.join(folder, 'root.pem');
  await writeFile(roots, authority.cert);
  const { port } = await origin.ask({
    ...(await authority.issue({ hosts: ['localhost'] })),
    body: BODY,
  });
  const sections = [await machine()];
  for (const size of SIZES) {
    const results = await runScenario({
      peers,
      size: flags.quick ? { ...size, rounds: QUICK_ROUNDS } : size,
      proxy,
      task: { ...TASK, origin: `https://localhost:${port}` },
      // Every client trusts the origin by Node's own means, so that none pays for a list of roots of its own.
      env: { NODE_EXTRA_CA_CERTS: roots },
      ...(flags.profile === undefined ? {} : { profiles: path.resolve(flags.profile) }),
      say: (text) => process.stderr.write(`bench: ${text}\n`),
    });
    sections.push(`### ${size.concurrency} at a time`, tableOf(results, TITLES, YARDSTICK));
  }
  const figures = sections.join('\n\n');
  console.log(`\n${figures}\n`);
  if (Object.keys(flags).length === 0) await writeFigures(figures);
} finally {
  await Promise.all([origin.end(), proxy.end()]);
  await rm(folder, { recursive: true, force: true });
  process.stderr.write(`bench: ${((performance.now() - startedAt) / 1_000).toFixed(0)} s in all\n`);
}

/** @param {string} figures */
async function writeFigures(figures) {
  const text = await readFile(README, 'utf8');
  if (!MARKERS.test(text))
    throw new Error('README.md has lost the marks between which the figures stand');
  await writeFile(
    README,
    text.replace(MARKERS, (_, before, after) => `${before}\n${figures}\n\n${after}`),
  );
}

/** @returns {Promise<string>} */
async function machine() {
  const [cpu] = cpus();
  const versions = [];
  for (const name of ['https-proxy-agent', 'axios', 'undici']) {
    const manifest = await readFile(
      new URL(`node_modules/${name}/package.json`, import.meta.url),
      'utf8',
    );
    versions.push(`${name} ${JSON.parse(manifest).version}`);
  }
  return [
    `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${process.platform} ${process.arch}, Node ${process.versions.node},`,
    `${versions.join(', ')}; answers of ${BODY.length} B; medians of the rounds, the least and the most behind them.`,
  ].join(' ');
}
