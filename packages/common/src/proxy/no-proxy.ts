/** NO_PROXY lists: read once into look-up tables, so that a long list does not make decisions slow. */
import { BoundedMap } from '../bounded-map.js';
import { ConfigurationError } from '../errors.js';
import { kindOf } from '../option-keys.js';
import type { Origin } from '../route/origin.js';
import { parseIp } from '../ip.js';
import { prefix, readEntry } from './no-proxy-entry.js';

/** Only this many unreadable entries get a warning each; the rest is only counted. */
const MAX_WARNINGS = 50;

/** A NO_PROXY list, read. */
export interface NoProxy {
  /** How many entries can match. */
  readonly size: number;
  /** A sentence for each entry that was skipped; no secret shows in it. */
  readonly warnings: readonly string[];
  /** The first entry that matches, as written; `undefined`: none. */
  match(origin: Origin): string | undefined;
}

const lists = new BoundedMap<string, NoProxy>(128);

/**
 * Reads a list: entries separated by commas or white space, or an array of such texts.
 * @throws ConfigurationError if it is neither. An entry that cannot be read is a warning.
 */
export function compileNoProxy(list: string | readonly string[], field: string): NoProxy {
  const text = typeof list === 'string' ? list : joined(list, field);
  const key = `${field} ${text}`;
  let compiled = lists.get(key);
  if (compiled === undefined) {
    compiled = new Tables(text, field);
    lists.set(key, compiled);
  }
  return compiled;
}

function joined(list: unknown, field: string): string {
  if (!Array.isArray(list)) {
    throw new ConfigurationError(
      `${field} must be a string or an array of strings, this is ${kindOf(list)}; write [] for an empty list`,
      { field },
    );
  }
  list.forEach((entry: unknown, i) => {
    if (typeof entry === 'string') return;
    throw new ConfigurationError(`${field}[${i}] must be a string, this is ${kindOf(entry)}`, {
      field: `${field}[${i}]`,
    });
  });
  return list.join(',');
}

/** The position of the first entry that names a thing: on every port, or on one. */
interface Places {
  any: number;
  ports?: Map<number, number>;
}

class Tables implements NoProxy {
  readonly size: number;
  readonly warnings: readonly string[];
  readonly #entries: readonly string[];
  readonly #all: Places = { any: Infinity };
  readonly #domains = new Map<string, Places>();
  readonly #subdomains = new Map<string, Places>();
  /** By family and length of the prefix: the prefixes. Whole addresses are prefixes of full length. */
  readonly #networks = {
    4: new Map<number, Map<bigint, Places>>(),
    6: new Map<number, Map<bigint, Places>>(),
  };
  readonly #ranges: { from: bigint; to: bigint; place: number }[] = [];

  constructor(text: string, field: string) {
    this.#entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
    const warnings: string[] = [];
    let skipped = 0;
    this.#entries.forEach((entry, place) => {
      const problem = this.#add(entry, place);
      if (problem === undefined) return;
      skipped += 1;
      if (skipped <= MAX_WARNINGS) warnings.push(`${field}: skipped ${shown(entry)}: ${problem}`);
    });
    if (skipped > MAX_WARNINGS)
      warnings.push(`${field}: skipped ${skipped - MAX_WARNINGS} more entries`);
    this.size = this.#entries.length - skipped;
    this.warnings = Object.freeze(warnings);
  }

  match(origin: Origin): string | undefined {
    const { hostname, port } = origin;
    const ip = parseIp(hostname);
    let first = at(this.#all, port);
    if (ip === undefined) {
      first = Math.min(first, this.#matchName(hostname, port));
    } else {
      for (const [bits, prefixes] of this.#networks[ip.family]) {
        first = Math.min(first, at(prefixes.get(prefix(ip.family, ip.value, bits)), port));
      }
      if (ip.family === 4) {
        for (const { from, to, place } of this.#ranges) {
          if (place < first && from <= ip.value && ip.value <= to) first = place;
        }
      }
    }
    return this.#entries[first];
  }

  #matchName(hostname: string, port: number): number {
    const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
    let first = at(this.#domains.get(name), port);
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
      const parent = name.slice(dot + 1);
      first = Math.min(
        first,
        at(this.#domains.get(parent), port),
        at(this.#subdomains.get(parent), port),
      );
    }
    return first;
  }

  /** Why the entry was skipped, if it was. */
  #add(entry: string, place: number): string | undefined {
    const rule = readEntry(entry);
    if (typeof rule === 'string') return rule;
    switch (rule.kind) {
      case 'all':
        mark(this.#all, rule.port, place);
        return undefined;
      case 'domain':
        mark(placesOf(this.#domains, rule.name), rule.port, place);
        return undefined;
      case 'subdomains':
        mark(placesOf(this.#subdomains, rule.name), rule.port, place);
        return undefined;
      case 'network': {
        const family = this.#networks[rule.family];
        let prefixes = family.get(rule.bits);
        if (prefixes === undefined) family.set(rule.bits, (prefixes = new Map<bigint, Places>()));
        mark(placesOf(prefixes, rule.base), rule.port, place);
        return undefined;
      }
      case 'range':
        this.#ranges.push({ from: rule.from, to: rule.to, place });
        return undefined;
    }
  }
}

function placesOf<K>(table: Map<K, Places>, key: K): Places {
  let places = table.get(key);
  if (places === undefined) table.set(key, (places = { any: Infinity }));
  return places;
}

function mark(places: Places, port: number | undefined, place: number): void {
  if (port === undefined) places.any = Math.min(places.any, place);
  else {
    places.ports ??= new Map();
    if (!places.ports.has(port)) places.ports.set(port, place);
  }
}

function at(places: Places | undefined, port: number): number {
  return places === undefined
    ? Infinity
    : Math.min(places.any, places.ports?.get(port) ?? Infinity);
}

/** An entry as a warning may show it: cut, escaped, and without what could be a password in a misplaced URL. */
function shown(entry: string): string {
  const text = entry.length > 80 ? `${entry.slice(0, 80)}…` : entry;
  const userInfo = entry.lastIndexOf('@');
  if (userInfo !== -1) return JSON.stringify(`…@${entry.slice(userInfo + 1, userInfo + 81)}`);
  const [, before, after] = /^((?:[a-z][a-z0-9+.-]*:\/\/)?[^:/]*:)([^:]*)$/i.exec(text) ?? [];
  if (before !== undefined && !/^\d*(?:\/.*)?$/.test(after ?? ''))
    return JSON.stringify(`${before}…`);
  return JSON.stringify(text);
}
