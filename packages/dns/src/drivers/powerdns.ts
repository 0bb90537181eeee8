/** PowerDNS Authoritative Server by its HTTP API: https://doc.powerdns.com/authoritative/http-api/ (tried with 4.7.3). */
import { ConfigurationError, defineCapabilities, isSdkError } from '@sdk/common';
import type { AttemptFacts, CallOptions, DriverOptions, RequestSpec } from '@sdk/common';
import type { DnsCapabilities } from '../capabilities.js';
import type { CheckedChanges } from '../check.js';
import type { ZonePlace } from '../dns-driver.js';
import { absent } from '../failures.js';
import type { RecordSet, RecordSetKey, Zone, ZoneRef } from '../models.js';
import { absoluteName, canonicalZoneName } from '../names.js';
import { needStrings, readAnswer } from './powerdns/answers.js';
import { PowerDnsConnection } from './powerdns/connection.js';
import { checkNewZone } from './powerdns/new-zone.js';
import type { CreatePowerDnsZoneInput } from './powerdns/new-zone.js';
import { checkSearch, toSearchResult } from './powerdns/search.js';
import type { PowerDnsSearchOptions, PowerDnsSearchResult } from './powerdns/search.js';
import { toRecordSet, toWireRecords, toZone } from './powerdns/wire.js';
import type { WireRecordSet, WireServer, WireZone } from './powerdns/wire.js';
import { RecordSetDnsDriver } from '../record-set-dns-driver.js';
import { checkZoneRef } from '../zone-ref.js';

export type { CreatePowerDnsZoneInput, PowerDnsSearchOptions, PowerDnsSearchResult };

/** Where the server is and how to be let in. */
export interface PowerDnsOptions extends DriverOptions {
  /** The address of the server's API without `/api/v1`, e.g. `http://127.0.0.1:8081`; a path before it is kept. */
  readonly endpoint: string | URL;
  /** The server's setting `api-key`. */
  readonly apiKey: string;
  /** @default 'localhost', which every authoritative server answers to */
  readonly serverId?: string | undefined;
}

/** What the server says of itself. */
export interface PowerDnsServer {
  readonly id: string;
  readonly version: string;
  readonly raw: unknown;
}

/** A name of letters, digits, `-` and `_`: the server's id for it is the name with a dot, and needs no look-up. */
const PLAIN = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/** The server has no pages: a zone comes whole, and so does the list of zones. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

const A_ZONE = 'a zone';

const CAPABILITIES: DnsCapabilities = defineCapabilities({
  atomicChanges: true,
  atomicRecordChanges: {
    reason:
      'The server replaces whole record sets: a record is changed by reading its set and writing it back.',
    source: 'https://doc.powerdns.com/authoritative/http-api/zone.html#rrset',
  },
  stableRecordIds: {
    reason: 'Records have no ids: the driver makes them of type, name and value.',
    source: 'https://doc.powerdns.com/authoritative/http-api/zone.html#record',
  },
  zoneTtl: true,
  secondaryZones: true,
});

/**
 * Zones, record sets and records of a PowerDNS Authoritative Server.
 *
 * Changes of a zone are one request and happen as a whole. A record that is switched off (`disabled`) is not served, and not
 * among the values; changes of single records leave it where it is, and `upsertRecordSet` removes it.
 *
 * @example
 * const dns = new PowerDns({ endpoint: 'http://127.0.0.1:8081', apiKey: process.env.PDNS_API_KEY! });
 * await dns.createZone({ name: 'example.org' });
 * await dns.upsertRecordSet('example.org', { name: 'www', type: 'A', ttl: 300, values: ['192.0.2.1'] });
 */
export class PowerDns extends RecordSetDnsDriver<PowerDnsConnection> {
  readonly capabilities = CAPABILITIES;
  readonly #server: readonly string[];

  /** @throws ConfigurationError that names the option at fault. */
  constructor(options: PowerDnsOptions) {
    super(options, ['apiKey', 'serverId'], (settings) => new PowerDnsConnection(settings, options));
    this.#server = ['api', 'v1', 'servers', checkedServerId(options.serverId)];
  }

  async *listZones(options: CallOptions = {}): AsyncIterable<Zone> {
    const spec = { method: 'GET', path: this.#path('zones'), query: { dnssec: false } };
    yield* await this.#list(spec, toZone, options);
  }

  async getZone(zone: ZoneRef, options: CallOptions = {}): Promise<Zone> {
    return this.underTotal(options, async (call) => {
      const { id, name } = await this.resolveZone(zone, call);
      const query = { rrset_name: absoluteName('', name), rrset_type: 'SOA' };
      return this.#readZone(id, query, toZone, call);
    });
  }

  /**
   * Creates a zone of the kind `native`, or as `kind` says. Without `nameservers` it has no NS; its SOA is the server's
   * `default-soa-content`.
   * @param input `ttl` is that of the SOA: it is set by a second request, which a secondary zone cannot take.
   * @throws ConflictError where the zone exists.
   */
  async createZone(input: CreatePowerDnsZoneInput, options: CallOptions = {}): Promise<Zone> {
    const { ttl, ...json } = checkNewZone(input);
    return this.underTotal(options, async (call) => {
      const spec = { method: 'POST', path: this.#path('zones'), json };
      const answer = await this.connection.request<WireZone>(spec, call);
      const { zone, was } = readAnswer(answer, A_ZONE, (wire) => {
        const made = toZone(wire);
        const soa = wire.rrsets?.find(({ type }) => type === 'SOA');
        return { zone: made, was: soa === undefined ? undefined : toRecordSet(soa, made.name) };
      });
      if (ttl === undefined || was === undefined) return zone;
      await this.writeSets(zone, { upsert: [{ ...was, ttl, was }], delete: [] }, call);
      return { ...zone, ttl };
    });
  }

  async deleteZone(zone: ZoneRef, options: CallOptions = {}): Promise<void> {
    await this.underTotal(options, async (call) => {
      const { id } = await this.resolveZone(zone, call);
      const spec = { method: 'DELETE', path: this.#path('zones', id), expect: 'none' } as const;
      try {
        await this.connection.request(spec, call);
      } catch (error) {
        // Where an earlier attempt's answer was lost, that attempt was the one that deleted the zone. One that never left
        // deleted nothing.
        const before = isSdkError(error, 'SDK_NOT_FOUND')
          ? error.attempts?.slice(0, -1)
          : undefined;
        if (!before?.some(mayHaveBeenDone)) throw error;
      }
    });
  }

  /** Tells the secondaries of a zone that it has changed. */
  async notifyZone(zone: ZoneRef, options: CallOptions = {}): Promise<void> {
    await this.#order(zone, 'notify', options);
  }

  /** Fetches a secondary zone from its primary now. */
  async retrieveZone(zone: ZoneRef, options: CallOptions = {}): Promise<void> {
    await this.#order(zone, 'axfr-retrieve', options);
  }

  /** Computes the DNSSEC data of a zone anew, after changes that did not come through the API. */
  async rectifyZone(zone: ZoneRef, options: CallOptions = {}): Promise<void> {
    await this.#order(zone, 'rectify', options);
  }

  /**
   * Zones, records and comments of the whole server in which a text stands.
   * @param query `*` is any text, `?` any character; without them the whole name or value is compared.
   */
  async *searchData(
    query: string,
    options: PowerDnsSearchOptions = {},
  ): AsyncIterable<PowerDnsSearchResult> {
    const { parameters, call } = checkSearch(query, options);
    const spec = { method: 'GET', path: this.#path('search-data'), query: parameters };
    yield* await this.#list(spec, toSearchResult, call);
  }

  /** The server's id and version. */
  async getServer(options: CallOptions = {}): Promise<PowerDnsServer> {
    const spec = { method: 'GET', path: this.#path() };
    const answer = await this.connection.request<WireServer>(spec, options);
    return readAnswer(answer, 'a server', (body) => {
      needStrings(body, 'id', 'version');
      return { id: body.id, version: body.version, raw: body };
    });
  }

  protected async resolveZone(zone: ZoneRef, options: CallOptions): Promise<ZonePlace> {
    const ref = checkZoneRef(zone);
    if (typeof ref !== 'string') return ref;
    // The server's ids escape what is not plain by `=` and two digits, which are not ours to make.
    if (ref.includes('=')) return this.#readZone(ref, { rrsets: false }, toZone, options);
    const name = canonicalZoneName(ref, 'zone');
    if (PLAIN.test(name)) return { id: `${name}.`, name };
    const spec = {
      method: 'GET',
      path: this.#path('zones'),
      query: { zone: absoluteName('', name), dnssec: false },
    };
    const [found] = await this.#list(spec, toZone, options);
    if (found === undefined) throw absent(`The zone ${name}`);
    return found;
  }

  protected async *readSets(zone: ZonePlace, options: CallOptions): AsyncIterable<RecordSet> {
    const toSets = ({ rrsets = [] }: WireZone): readonly RecordSet[] =>
      rrsets.map((set) => toRecordSet(set, zone.name));
    yield* await this.#readZone(zone.id, {}, toSets, options);
  }

  protected async readSet(
    zone: ZonePlace,
    { name, type }: RecordSetKey,
    options: CallOptions,
  ): Promise<RecordSet | undefined> {
    const query = { rrset_name: absoluteName(name, zone.name), rrset_type: type };
    return this.#readZone(zone.id, query, (wire) => setOf(wire, zone, { name, type }), options);
  }

  /** The whole zone is read: an answer for one set leaves out its records that are switched off (4.7.3). */
  protected override async readSetToChange(
    zone: ZonePlace,
    key: RecordSetKey,
    options: CallOptions,
  ): Promise<RecordSet | undefined> {
    return this.#readZone(zone.id, {}, (wire) => setOf(wire, zone, key), options);
  }

  protected async writeSets(
    zone: ZonePlace,
    changes: CheckedChanges,
    options: CallOptions,
  ): Promise<readonly WireRecordSet[]> {
    const gone = changes.delete.map(({ name, type }) => ({
      name: absoluteName(name, zone.name),
      type,
      changetype: 'DELETE',
    }));
    const written = changes.upsert.map((set) => ({
      name: absoluteName(set.name, zone.name),
      type: set.type,
      ttl: set.ttl,
      records: toWireRecords(set),
    }));
    const rrsets = [...gone, ...written.map((set) => ({ ...set, changetype: 'REPLACE' }))];
    await this.connection.request(
      // Sent twice it does the same: sets are replaced, not added to.
      {
        method: 'PATCH',
        path: this.#path('zones', zone.id),
        json: { rrsets },
        expect: 'none',
        idempotent: true,
      },
      options,
    );
    return written;
  }

  protected override holdsMore(set: RecordSet): boolean {
    return (set.raw as WireRecordSet).records.some(({ disabled }) => disabled);
  }

  #path(...segments: string[]): readonly string[] {
    return [...this.#server, ...segments];
  }

  async #readZone<T>(
    id: string,
    query: RequestSpec['query'],
    map: (wire: WireZone) => T,
    options: CallOptions,
  ): Promise<T> {
    const path = this.#path('zones', id);
    const spec = { method: 'GET', path, query, limitBytes: MAX_ANSWER_BYTES };
    const answer = await this.connection.request<WireZone>(spec, options);
    return readAnswer(answer, A_ZONE, (wire) => {
      needStrings(wire, 'id', 'name', 'kind');
      return map(wire);
    });
  }

  async #list<W, T>(
    spec: RequestSpec,
    map: (wire: W) => T,
    options: CallOptions,
  ): Promise<readonly T[]> {
    const answer = await this.connection.request<readonly W[]>(
      { ...spec, limitBytes: MAX_ANSWER_BYTES },
      options,
    );
    return readAnswer(answer, 'a list', (items) => items.map((item) => map(item)));
  }

  async #order(zone: ZoneRef, order: string, options: CallOptions): Promise<void> {
    await this.underTotal(options, async (call) => {
      const { id } = await this.resolveZone(zone, call);
      const path = this.#path('zones', id, order);
      await this.connection.request({ method: 'PUT', path, expect: 'none' }, call);
    });
  }
}

/** Whether an attempt that failed may have done its work all the same. */
function mayHaveBeenDone({ status = 500, requestSent }: AttemptFacts): boolean {
  return status >= 500 && requestSent !== 'no';
}

/** One set among others: those with comments come along unasked (4.7), and all sets do before 4.7. */
function setOf(
  { rrsets = [] }: WireZone,
  zone: ZonePlace,
  { name, type }: RecordSetKey,
): RecordSet | undefined {
  for (const set of rrsets) needStrings(set, 'name', 'type');
  return rrsets
    .filter((set) => set.type === type)
    .map((set) => toRecordSet(set, zone.name))
    .find((set) => set.name === name);
}

function checkedServerId(serverId: unknown = 'localhost'): string {
  if (typeof serverId === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(serverId))
    return serverId;
  throw new ConfigurationError("serverId must be the server's id, such as localhost", {
    field: 'serverId',
  });
}
