/** Caches what was compiled from options. The content is compared each time, because the caller may change the object. */
import { BoundedMap } from '../bounded-map.js';

/** The content of a value when it was read. */
type Snapshot =
  | { readonly kind: 'itself'; readonly value: unknown }
  | { readonly kind: 'url'; readonly href: string }
  | { readonly kind: 'list'; readonly items: readonly Snapshot[] }
  | {
      readonly kind: 'record';
      readonly keys: readonly string[];
      readonly values: readonly Snapshot[];
    };

interface Entry<T> {
  readonly snapshots: readonly Snapshot[];
  readonly made: T;
}

/** How many results for different content are kept under one key. */
const MAX_ALIKE = 8;

/** A cache of the results for the last `limit` different inputs. */
export class Remembered<T> {
  readonly #byText: BoundedMap<unknown, Entry<T>[]>;
  readonly #byIdentity = new WeakMap<object, Entry<T>[]>();

  constructor(limit: number) {
    this.#byText = new BoundedMap(limit);
  }

  /** The cached result for inputs of the same content, or else what `make` returns now. What `make` throws is not cached. */
  of(inputs: readonly unknown[], make: () => T): T {
    const key = keyOf(inputs, 4);
    const place = isObject(key) ? this.#byIdentity : this.#byText;
    const entries = (place as BoundedMap<unknown, Entry<T>[]>).get(key);
    if (entries !== undefined) {
      for (const { snapshots, made } of entries) if (allSame(snapshots, inputs)) return made;
    }
    const made = make();
    const entry = { snapshots: inputs.map(snapshotOf), made };
    if (entries === undefined) (place as BoundedMap<unknown, Entry<T>[]>).set(key, [entry]);
    else {
      entries.push(entry);
      if (entries.length > MAX_ALIKE) entries.shift();
    }
    return made;
  }
}

/** A short key that is equal for inputs of the same content. */
function keyOf(value: unknown, depth: number): unknown {
  // Options are shallow. Deeper or circular ones are refused when they are read.
  if (depth === 0) return undefined;
  if (value instanceof URL) return value.href;
  if (Array.isArray(value)) {
    const list = value as readonly unknown[];
    return keyOf(
      list.find((item) => item !== undefined),
      depth - 1,
    );
  }
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'url')) {
    return keyOf((value as { url: unknown }).url, depth - 1);
  }
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

function snapshotOf(value: unknown): Snapshot {
  if (value instanceof URL) return { kind: 'url', href: value.href };
  if (Array.isArray(value)) return { kind: 'list', items: value.map(snapshotOf) };
  // Bytes (a certificate, a key) are compared by identity: reading them each time would cost more than it saves.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) {
    return { kind: 'itself', value };
  }
  const keys = Object.keys(value);
  const record = value as Record<string, unknown>;
  return { kind: 'record', keys, values: keys.map((key) => snapshotOf(record[key])) };
}

function allSame(snapshots: readonly Snapshot[], values: readonly unknown[]): boolean {
  if (snapshots.length !== values.length) return false;
  for (let i = 0; i < snapshots.length; i += 1) {
    if (!same(snapshots[i] as Snapshot, values[i])) return false;
  }
  return true;
}

function same(snapshot: Snapshot, value: unknown): boolean {
  switch (snapshot.kind) {
    case 'itself':
      return Object.is(snapshot.value, value);
    case 'url':
      return value instanceof URL && value.href === snapshot.href;
    case 'list':
      return Array.isArray(value) && allSame(snapshot.items, value);
    case 'record': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      if (value instanceof URL || ArrayBuffer.isView(value)) return false;
      const keys = Object.keys(value);
      if (keys.length !== snapshot.keys.length) return false;
      const record = value as Record<string, unknown>;
      return keys.every(
        (key, i) => key === snapshot.keys[i] && same(snapshot.values[i] as Snapshot, record[key]),
      );
    }
  }
}
