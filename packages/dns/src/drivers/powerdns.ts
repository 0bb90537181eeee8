/** PowerDNS Authoritative Server by its HTTP API: https://doc.powerdns.com/authoritative/http-api/ (tried with 4.7.3). */
import { addHint, isSdkError, mayHaveBeenDoneBefore } from '@sdk/common';
import type { CallOptions, DriverOptions } from '@sdk/common';
import type { CheckedChanges } from '../check.js';
import type { ZonePlace } from '../dns-driver.js';
import { absent } from '../failures.js';
import type { RecordSet, RecordSetKey, Zone, ZoneRef } from '../models.js';
import { absoluteName, canonicalZoneName } from '../names.js';
import { RecordSetDnsDriver } from '../record-set-dns-driver.js';
import { checkZoneRef } from '../zone-ref.js';
import { needStrings, readAnswer } from './powerdns/answers.js';
import { POWERDNS_CAPABILITIES } from './powerdns/capabilities.js';
import { PowerDnsConnection } from './powerdns/connection.js';
import { checkNewZone } from './powerdns/new-zone.js';
import type { CreatePowerDnsZoneInput } from './powerdns/new-zone.js';
import { checkSearch, toSearchResult } from './powerdns/search.js';
import type { PowerDnsSearchOptions, PowerDnsSearchResult } from './powerdns/search.js';
import { setOf, toRecordSet, toWireChanges, toZone, toZoneAndSoa } from './powerdns/wire.js';
import type { WireRecordSet, WireServer, WireZone } from './powerdns/wire.js';

export type { CreatePowerDnsZoneInput, PowerDnsSearchOptions, PowerDnsSearchResult };

/** Where the server is and how to be let in. */
export interface PowerDnsOptions extends DriverOptions {
  /** The address of the server's API, e.g. `http://127.0.0.1:8081`; `/api/v1` at its end is taken off, a path before it is kept. */
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
  readonly capabilities = POWERDNS_CAPABILITIES;

  /** @throws ConfigurationError that names the option at fault. */
  constructor(options: PowerDnsOptions) {
    super(options, ['apiKey', 'serverId'], (settings) => new PowerDnsConnection(settings, options));
  }

  async *listZones(options: CallOptions = {}): AsyncIterable<Zone> {
    yield* await this.connection.list('zones', { dnssec: false }, toZone, options);
  }

  async getZone(zone: ZoneRef, options: CallOptions = {}): Promise<Zone> {
    return this.underTotal(options, async (call) => {
      const { id, name } = await this.resolveZone(zone, call);
      const query = { rrset_name: absoluteName('', name), rrset_type: 'SOA' };
      return this.connection.readZone(id, query, toZone, call);
    });
  }

  /**
   * Creates a zone of the kind `native`, or as `kind` says. Without `nameservers` it has no NS; its SOA is the server's
   * `default-soa-content`.
   * @param input `ttl` is that of the SOA: it is set by a second request, which a secondary zone cannot take.
   * @throws ConflictError where the zone exists. Where only the second request fails, the zone is there, and the error's hint says so.
   */
  async createZone(input: CreatePowerDnsZoneInput, options: CallOptions = {}): Promise<Zone> {
    const { ttl, ...json } = checkNewZone(input);
    return this.underTotal(options, async (call) => {
      const { zone, was } = await this.connection.makeZone(json, toZoneAndSoa, call);
      if (ttl === undefined || was === undefined) return zone;
      try {
        await this.writeSets(zone, { upsert: [{ ...was, ttl, was }], delete: [] }, call);
      } catch (error) {
        if (isSdkError(error)) {
          addHint(
            error,
            `The zone ${zone.name} exists now; only the request that sets its ttl failed. Write its SOA with that ttl, or delete the zone before you create it again.`,
          );
        }
        throw error;
      }
      return { ...zone, ttl };
    });
  }

  async deleteZone(zone: ZoneRef, options: CallOptions = {}): Promise<void> {
    await this.underTotal(options, async (call) => {
      const { id } = await this.resolveZone(zone, call);
      const path = this.connection.path('zones', id);
      try {
        await this.connection.request({ method: 'DELETE', path, expect: 'none' }, call);
      } catch (error) {
        if (!isSdkError(error, 'SDK_NOT_FOUND') || !mayHaveBeenDoneBefore(error)) throw error;
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
    yield* await this.connection.list('search-data', parameters, toSearchResult, call);
  }

  /** The server's id and version. */
  async getServer(options: CallOptions = {}): Promise<PowerDnsServer> {
    const spec = { method: 'GET', path: this.connection.path() };
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
    if (ref.includes('=')) return this.connection.readZone(ref, { rrsets: false }, toZone, options);
    const name = canonicalZoneName(ref, 'zone');
    if (PLAIN.test(name)) return { id: `${name}.`, name };
    const query = { zone: absoluteName('', name), dnssec: false };
    // Looked for by its name, since a server or a gateway that knows no `zone=` answers with every zone it has.
    const zones = await this.connection.list('zones', query, toZone, options);
    const found = zones.find((each) => each.name === name);
    if (found === undefined) throw absent(`The zone ${name}`);
    return found;
  }

  protected async *readSets(zone: ZonePlace, options: CallOptions): AsyncIterable<RecordSet> {
    const toSets = ({ rrsets = [] }: WireZone): readonly RecordSet[] =>
      rrsets.map((set) => toRecordSet(set, zone.name));
    yield* await this.connection.readZone(zone.id, {}, toSets, options);
  }

  protected async readSet(
    zone: ZonePlace,
    { name, type }: RecordSetKey,
    options: CallOptions,
  ): Promise<RecordSet | undefined> {
    const query = { rrset_name: absoluteName(name, zone.name), rrset_type: type };
    return this.connection.readZone(
      zone.id,
      query,
      (wire) => setOf(wire, zone.name, { name, type }),
      options,
    );
  }

  /** The whole zone is read: an answer for one set leaves out its records that are switched off (4.7.3). */
  protected override async readSetToChange(
    zone: ZonePlace,
    key: RecordSetKey,
    options: CallOptions,
  ): Promise<RecordSet | undefined> {
    return this.connection.readZone(zone.id, {}, (wire) => setOf(wire, zone.name, key), options);
  }

  protected async writeSets(
    zone: ZonePlace,
    changes: CheckedChanges,
    options: CallOptions,
  ): Promise<readonly WireRecordSet[]> {
    const { written, rrsets } = toWireChanges(changes, zone.name);
    const path = this.connection.path('zones', zone.id);
    // Sent twice it does the same: sets are replaced, not added to.
    await this.connection.request(
      { method: 'PATCH', path, json: { rrsets }, expect: 'none', idempotent: true },
      options,
    );
    return written;
  }

  protected override holdsMore(set: RecordSet): boolean {
    return (set.raw as WireRecordSet).records.some(({ disabled }) => disabled);
  }

  async #order(zone: ZoneRef, order: string, options: CallOptions): Promise<void> {
    await this.underTotal(options, async (call) => {
      const { id } = await this.resolveZone(zone, call);
      const path = this.connection.path('zones', id, order);
      await this.connection.request({ method: 'PUT', path, expect: 'none' }, call);
    });
  }
}
