/**
 * DigitalOcean's records as models.
 *
 * What identifies a thing must be there, or these throw a TypeError; for the rest the record is taken at its word.
 */
import type { Image, KeyPair, Location, Node, NodeState, Raw, Size, Volume } from '../../models.js';
import type {
  CreatedDroplet,
  WireAddress,
  WireDroplet,
  WireImage,
  WireKey,
  WireRegion,
  WireSize,
  WireVolume,
  WireVolumeSnapshot,
} from './wire.js';

/** A copy of a volume at one moment; only DigitalOcean's driver has it. */
export interface VolumeSnapshot extends Raw {
  readonly id: string;
  readonly name: string;
  readonly sizeGiB: number;
  /** Id of the volume it was taken of, which may be gone. */
  readonly volumeId: string;
  /** ISO time. */
  readonly createdAt: string;
}

const STATES: ReadonlyMap<string, NodeState> = new Map([
  ['new', 'pending'],
  ['active', 'running'],
  ['off', 'stopped'],
  ['archive', 'terminated'],
]);

export function toNode(wire: WireDroplet): Node {
  const addresses = [...(wire.networks?.v4 ?? []), ...(wire.networks?.v6 ?? [])];
  const imageId = wire.image?.id;
  return {
    id: numberIn(wire, 'id'),
    name: textIn(wire, 'name'),
    state: STATES.get(wire.status) ?? 'unknown',
    publicIps: ofType(addresses, 'public'),
    privateIps: ofType(addresses, 'private'),
    size: wire.size_slug,
    image: imageId === undefined ? null : String(imageId),
    location: wire.region?.slug ?? null,
    createdAt: wire.created_at,
    raw: wire,
  };
}

/** The action that creates the droplet, where the answer names one. */
export function creationOf({ links }: CreatedDroplet): number | undefined {
  const action = links?.actions?.find(({ rel }) => rel === 'create');
  return action && Number(numberIn(action, 'id'));
}

function numberIn<K extends string>(wire: Readonly<Record<K, unknown>>, key: K): string {
  const value = wire[key];
  if (Number.isSafeInteger(value)) return String(value);
  throw new TypeError(`${key} is no whole number`);
}

function textIn<K extends string>(wire: Readonly<Record<K, unknown>>, key: K): string {
  const value = wire[key];
  if (typeof value === 'string') return value;
  throw new TypeError(`${key} is no text`);
}

function ofType(addresses: readonly WireAddress[], type: WireAddress['type']): string[] {
  return addresses
    .filter((address) => address.type === type)
    .map((address) => textIn(address, 'ip_address'));
}

/** A slug is a size's only name; the description (`Basic`) is shared by many. */
export function toSize(wire: WireSize): Size {
  return {
    id: textIn(wire, 'slug'),
    name: wire.slug,
    memoryMiB: wire.memory,
    vcpus: wire.vcpus,
    diskGiB: wire.disk,
    raw: wire,
  };
}

/** The id is the number, which snapshots have too and which a slug may cease to point to. */
export function toImage(wire: WireImage): Image {
  return { id: numberIn(wire, 'id'), name: textIn(wire, 'name'), raw: wire };
}

export function toLocation(wire: WireRegion): Location {
  return { id: textIn(wire, 'slug'), name: textIn(wire, 'name'), raw: wire };
}

export function toKeyPair(wire: WireKey): KeyPair {
  return {
    id: numberIn(wire, 'id'),
    name: textIn(wire, 'name'),
    fingerprint: wire.fingerprint,
    publicKey: wire.public_key,
    raw: wire,
  };
}

/** A volume on the wire has no state of its own: it is attached, or it can be. */
export function toVolume(wire: WireVolume): Volume {
  const nodeIds = (wire.droplet_ids ?? []).map(String);
  return {
    id: textIn(wire, 'id'),
    name: textIn(wire, 'name'),
    sizeGiB: wire.size_gigabytes,
    state: nodeIds.length > 0 ? 'in-use' : 'available',
    nodeIds,
    location: wire.region?.slug ?? null,
    raw: wire,
  };
}

export function toVolumeSnapshot(wire: WireVolumeSnapshot): VolumeSnapshot {
  return {
    id: textIn(wire, 'id'),
    name: textIn(wire, 'name'),
    sizeGiB: wire.size_gigabytes,
    volumeId: wire.resource_id,
    createdAt: wire.created_at,
    raw: wire,
  };
}
