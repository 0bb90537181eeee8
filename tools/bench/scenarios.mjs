/** What is measured: ways, methods, sizes and how many at a time; and who takes part. */

/** The clients, in the order of the tables: file in peers/ → what it is. */
export const TITLES = {
  'axios-transport': '`AxiosTransport`',
  'axios-transport-interceptors': '`AxiosTransport`, two interceptors',
  'undici-transport': '`UndiciTransport`',
  driver: '`PowerDns.getZone()`, whole',
  undici: '`undici` `request`, `ProxyAgent`',
  'node-https': 'node `https`, `HttpsProxyAgent`',
  axios: '`axios`, `HttpsProxyAgent`',
  got: '`got`, `HttpsProxyAgent`',
  smithy: '`@smithy/node-http-handler`, `HttpsProxyAgent`',
  gaxios: '`gaxios`, `proxy`',
  azure: '`@azure/core-rest-pipeline`, `proxyOptions`',
  'tls-socket': 'a TLS socket without HTTP',
};

/** The client that the others are measured by. */
export const YARDSTICK = 'undici';

/** Those that every scenario has; the rest stand beside them in the first two. */
const CORE = [
  'axios-transport',
  'axios-transport-interceptors',
  'undici-transport',
  'undici',
  'node-https',
];

/** What PowerDNS answers about a zone and its SOA. */
const SMALL = JSON.stringify({
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

/** A page of a list, of 20 KB. */
const LARGE = JSON.stringify({
  id: 'page',
  items: Array.from({ length: 160 }, (_, i) => ({
    id: 10_000 + i,
    name: `web-${i}.example.org`,
    state: 'running',
    createdAt: '2026-01-02T03:04:05.000Z',
    tags: ['production', 'web'],
  })),
});

/** What the origin answers, by the first segment of the path. */
export const BODIES = { api: SMALL, large: LARGE };

const PATHS = {
  small: '/api/v1/servers/localhost/zones/example.org.?rrset_name=example.org.&rrset_type=SOA',
  large: '/large/items?page=1',
};

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {'connect' | 'forward' | 'direct'} way
 * @property {'GET' | 'POST'} method
 * @property {string} path
 * @property {string} [body]
 * @property {number} concurrency
 * @property {readonly string[]} peers
 */

/**
 * Every scenario; the first two are those of all clients.
 * @returns {Scenario[]}
 */
export function scenarios() {
  /** @type {Scenario[]} */
  const list = [];
  for (const way of /** @type {const} */ (['connect', 'forward', 'direct'])) {
    for (const [size, method] of /** @type {const} */ ([
      ['small', 'GET'],
      ['large', 'GET'],
      ['small', 'POST'],
      ['large', 'POST'],
    ])) {
      for (const concurrency of [64, 1]) {
        const all = way === 'connect' && size === 'small' && method === 'GET';
        const driver = size === 'small' && method === 'GET' ? ['driver'] : [];
        list.push({
          name: `${way}, ${method} ${kilobytes(size === 'small' ? SMALL : LARGE)}, ${concurrency} at a time`,
          way,
          method,
          // A POST sends the text, and is answered with the small one.
          path: method === 'GET' ? PATHS[size] : PATHS.small,
          ...(method === 'POST' ? { body: size === 'small' ? SMALL : LARGE } : {}),
          concurrency,
          peers: all ? Object.keys(TITLES) : [...CORE, ...driver],
        });
      }
    }
  }
  return list;
}

/** @param {string} text */
function kilobytes(text) {
  return text.length < 1_000 ? `${text.length} B` : `${Math.round(text.length / 1_000)} KB`;
}
