/**
 * An origin on loopback that answers as PowerDNS 4.7.3 was seen to answer, and remembers zones. It is no proof of what
 * PowerDNS does, only of what the driver does with such answers; the lab runs the same contract on the real server.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOrigin } from '@sdk/testing';
import type { Origin, OriginOptions } from '@sdk/testing';

/** The key that it takes. */
export const API_KEY = 'canary-key-93b1';

/** As the API has them. */
export interface WireSet {
  name: string;
  type: string;
  ttl: number;
  records: { content: string; disabled: boolean }[];
  comments?: { content: string }[];
}

type WireChange = WireSet & { changetype: 'REPLACE' | 'DELETE' };

/** An answer in the place of the right one; a body that is a string goes out as it is. */
export interface Answer {
  status: number;
  body: unknown;
  /** What happens beside it. */
  then?: () => void;
}

/** The origin, and what a test may steer. */
export interface PowerDnsOrigin extends Origin {
  /** The sets of each zone, by the zone's absolute name. */
  readonly zones: Map<string, WireSet[]>;
  /** What the next request is answered; then it is forgotten. */
  next: Answer | undefined;
  /** How long each answer takes. @default 0 */
  delayMs: number;
  /** The JSON bodies of all PATCH and POST requests, in order. */
  bodies(): unknown[];
}

const BASE = '/api/v1/servers/localhost';
/** Whatever is no letter, digit, dot or hyphen is `=` and two digits in an id. */
const idOf = (name: string): string =>
  name === '.'
    ? '=2E'
    : name.replace(
        /[^A-Za-z0-9.-]/g,
        (char) => `=${char.charCodeAt(0).toString(16).toUpperCase()}`,
      );

/** Starts it on a free port of loopback. */
export async function startPowerDns(
  options: Pick<OriginOptions, 'tls'> = {},
): Promise<PowerDnsOrigin> {
  const zones = new Map<string, WireSet[]>();
  let next: Answer | undefined;
  let delayMs = 0;
  const origin = await startOrigin({
    ...options,
    handler: async (request, response) => {
      const body = /^(POST|PATCH)$/.test(request.method ?? '') ? await json(request) : undefined;
      const { status, body: answer, then } = next ?? answerTo(zones, request, body);
      then?.();
      next = undefined;
      if (delayMs > 0) await sleep(delayMs);
      send(response, status, answer);
    },
  });
  const steering = {
    zones,
    bodies: () =>
      origin.requests
        .filter(({ bodyBytes }) => bodyBytes > 0)
        .map(({ body }) => JSON.parse(String(body)) as unknown),
  };
  return Object.defineProperties(Object.assign(origin, steering), {
    next: { get: () => next, set: (answer: Answer) => (next = answer) },
    delayMs: { get: () => delayMs, set: (ms: number) => (delayMs = ms) },
  }) as unknown as PowerDnsOrigin;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { connection: 'close', 'content-type': 'application/json' }).end(text);
}

function answerTo(zones: Map<string, WireSet[]>, request: IncomingMessage, body: unknown): Answer {
  const url = new URL(request.url ?? '/', 'http://origin');
  const failure = (status: number, error: string): Answer => ({ status, body: { error } });
  if (request.headers['x-api-key'] !== API_KEY) return failure(401, 'Unauthorized');
  const [place = '', id, order] = url.pathname
    .slice(BASE.length + 1)
    .split('/')
    .map(decodeURIComponent);
  const query = Object.fromEntries(url.searchParams);
  if (!url.pathname.startsWith(BASE)) return failure(404, 'Not Found');
  if (place === '')
    return {
      status: 200,
      body: { id: 'localhost', version: '4.7.3', daemon_type: 'authoritative' },
    };
  if (place === 'search-data') return { status: 200, body: SEARCH };
  if (id === undefined) {
    if (request.method === 'POST') return create(zones, body as NewZone);
    const names = [...zones.keys()].filter(
      (name) => query['zone'] === undefined || name === query['zone'],
    );
    return { status: 200, body: names.map((name) => wireZone(name)) };
  }
  const name = [...zones.keys()].find((known) => idOf(known) === id || idOf(known) === `${id}.`);
  if (name === undefined) return failure(404, 'Not Found');
  const sets = zones.get(name) as WireSet[];
  switch (request.method) {
    case 'DELETE':
      zones.delete(name);
      return { status: 204, body: undefined };
    case 'PUT':
      return {
        status: 200,
        body: { result: order === 'notify' ? 'Notification queued' : 'Rectified' },
      };
    case 'PATCH': {
      const next = (body as { rrsets: WireChange[] }).rrsets.reduce(changed, sets);
      zones.set(name, next);
      return { status: 204, body: undefined };
    }
    default:
      return { status: 200, body: { ...wireZone(name), rrsets: filtered(sets, query) } };
  }
}

interface NewZone {
  name: string;
  kind: string;
  nameservers: string[];
}

function create(zones: Map<string, WireSet[]>, { name, kind, nameservers }: NewZone): Answer {
  if (zones.has(name)) return { status: 409, body: { error: 'Conflict' } };
  const record = (content: string) => ({ content, disabled: false });
  const soa = `a.misconfigured.dns.server.invalid. hostmaster.${name} 2026010101 10800 3600 604800 3600`;
  const sets: WireSet[] =
    kind === 'Slave' ? [] : [{ name, type: 'SOA', ttl: 3600, records: [record(soa)] }];
  if (nameservers.length > 0)
    sets.push({ name, type: 'NS', ttl: 3600, records: nameservers.map(record) });
  zones.set(name, sets);
  return { status: 201, body: { ...wireZone(name, kind), rrsets: sets } };
}

function changed(sets: readonly WireSet[], { changetype, ...set }: WireChange): WireSet[] {
  const others = sets.filter(({ name, type }) => name !== set.name || type !== set.type);
  return changetype === 'DELETE' ? others : [...others, set];
}

/**
 * As the real one: sets with comments come along, without their records, whatever was asked for, and records that are
 * switched off are left out.
 */
function filtered(sets: readonly WireSet[], query: Record<string, string>): WireSet[] {
  const { rrset_name: name, rrset_type: type, rrsets } = query;
  if (rrsets === 'false') return [];
  if (name === undefined) return [...sets];
  const ghosts = sets.filter(({ comments = [] }) => comments.length > 0);
  const found = sets
    .filter((set) => set.name === name && set.type === type)
    .map((set) => ({ ...set, records: set.records.filter(({ disabled }) => !disabled) }));
  return [
    ...ghosts
      .filter((set) => !found.some((one) => one.name === set.name && one.type === set.type))
      .map((set) => ({ ...set, ttl: 0, records: [] })),
    ...found,
  ];
}

function wireZone(name: string, kind = 'Native'): object {
  return { id: idOf(name), name, kind, serial: 2026010101, url: `${BASE}/zones/${idOf(name)}` };
}

const SEARCH = [
  { name: 'example.org.', object_type: 'zone', zone_id: 'example.org.' },
  {
    content: '"v=spf1 " "-all"',
    disabled: false,
    name: 'www.example.org.',
    object_type: 'record',
    ttl: 300,
    type: 'TXT',
    zone: 'example.org.',
    zone_id: 'example.org.',
  },
];
