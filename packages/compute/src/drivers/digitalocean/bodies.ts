/** What the driver writes, checked against the rules of DigitalOcean's own document before it is sent. */
import { checkKeys, ConfigurationError, kindOf, quoted } from '@sdk/common';
import { idOf, textOf } from '../../reference.js';
import type { CreateBlockVolumeSpec, CreateDropletSpec, DropletAction } from './options.js';
import { numberOf, numberOrText, uuidOf } from './references.js';

/** Every key of `CreateDropletSpec`. */
export const DROPLET_KEYS: readonly string[] = Object.freeze([
  ...['name', 'size', 'image', 'location', 'keyPairs', 'userData', 'tags', 'networks'],
  ...['volumes', 'backups', 'ipv6', 'monitoring', 'withDropletAgent', 'publicNetworking'],
]);

const DROPLET_NAME = /^[a-zA-Z0-9.-]{0,254}[a-zA-Z0-9]$/;
const VOLUME_NAME = /^[a-z][a-z0-9-]{0,63}$/;
const MAX_USER_DATA_BYTES = 64 * 1024;
const MAX_VOLUME_GIB = 16_384;

/** The name a droplet may have, which is its host name too. */
export function dropletName(name: unknown, field = 'name'): string {
  const text = textOf(name, field);
  if (DROPLET_NAME.test(text)) return text;
  throw new ConfigurationError(
    `${field} must be letters, digits, dots and hyphens, end with a letter or digit and have at most 255 characters, ` +
      `not ${quoted(text)}`,
    { field },
  );
}

export function createDropletBody(spec: CreateDropletSpec): Record<string, unknown> {
  return {
    name: dropletName(spec.name),
    size: idOf(spec.size, 'size'),
    image: numberOrText(spec.image, 'image'),
    region: spec.location === undefined ? undefined : idOf(spec.location, 'location'),
    ssh_keys: listOf(spec.keyPairs, 'keyPairs')?.map((key, i) =>
      numberOrText(key, `keyPairs[${i}]`),
    ),
    user_data: userData(spec.userData),
    tags: tagsOf(spec.tags),
    vpc_uuid: network(spec.networks),
    volumes: listOf(spec.volumes, 'volumes')?.map((volume, i) => uuidOf(volume, `volumes[${i}]`)),
    backups: spec.backups,
    ipv6: spec.ipv6,
    monitoring: spec.monitoring,
    with_droplet_agent: spec.withDropletAgent,
    public_networking: spec.publicNetworking,
  };
}

function listOf<T>(value: readonly T[] | undefined, field: string): readonly T[] | undefined {
  if (value === undefined || Array.isArray(value)) return value;
  throw new ConfigurationError(`${field} must be a list, not ${quoted(value)}`, { field });
}

function tagsOf(tags: readonly string[] | undefined): string[] | undefined {
  return listOf(tags, 'tags')?.map((tag, i) => textOf(tag, `tags[${i}]`));
}

function userData(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') {
    throw new ConfigurationError(`userData must be plain text, not ${kindOf(text)}`, {
      field: 'userData',
    });
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_USER_DATA_BYTES) return text;
  throw new ConfigurationError(
    `userData has ${bytes} bytes, DigitalOcean takes ${MAX_USER_DATA_BYTES}; let it fetch the rest itself`,
    { field: 'userData' },
  );
}

function network(networks: readonly string[] | undefined): string | undefined {
  const list = listOf(networks, 'networks') ?? [];
  if (list.length > 1) {
    throw new ConfigurationError(
      `networks names ${list.length} networks; a droplet is in one VPC, so give one id`,
      { field: 'networks' },
    );
  }
  return list[0] === undefined ? undefined : uuidOf(list[0], 'networks[0]');
}

/** Every key of `CreateBlockVolumeSpec`. */
export const VOLUME_KEYS: readonly string[] = Object.freeze([
  ...['name', 'sizeGiB', 'location', 'description', 'snapshot', 'filesystemType', 'tags'],
]);

export function createVolumeBody(spec: CreateBlockVolumeSpec): Record<string, unknown> {
  const name = textOf(spec.name, 'name');
  if (!VOLUME_NAME.test(name)) {
    throw new ConfigurationError(
      `name must be lower-case letters, digits and hyphens, begin with a letter and have at most 64 characters, ` +
        `not ${quoted(name)}`,
      { field: 'name' },
    );
  }
  if (spec.location === undefined) {
    throw new ConfigurationError(
      'location is missing: a DigitalOcean volume stands in one region, and only nodes of that region can have it',
      { field: 'location' },
    );
  }
  return {
    name,
    size_gigabytes: volumeSize(spec.sizeGiB),
    region: idOf(spec.location, 'location'),
    description: spec.description,
    snapshot_id: spec.snapshot === undefined ? undefined : uuidOf(spec.snapshot, 'snapshot'),
    filesystem_type: spec.filesystemType,
    tags: tagsOf(spec.tags),
  };
}

/** DigitalOcean's volumes have 1 to 16,384 GiB. */
export function volumeSize(sizeGiB: unknown): number {
  if (
    typeof sizeGiB === 'number' &&
    Number.isInteger(sizeGiB) &&
    sizeGiB >= 1 &&
    sizeGiB <= MAX_VOLUME_GIB
  ) {
    return sizeGiB;
  }
  throw new ConfigurationError(
    `sizeGiB must be a whole number from 1 to ${MAX_VOLUME_GIB}, not ${quoted(sizeGiB)}`,
    { field: 'sizeGiB' },
  );
}

const ACTION_KEYS: Readonly<Record<DropletAction['type'], readonly string[]>> = Object.freeze({
  password_reset: [],
  enable_ipv6: [],
  enable_backups: [],
  disable_backups: [],
  restore: ['image'],
  change_kernel: ['kernel'],
});

/** An action as `actOnNode` is given it. */
export function actionBody(action: DropletAction): object {
  const type: unknown = (action as DropletAction | undefined)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(ACTION_KEYS, type)) {
    throw new ConfigurationError(
      `action.type must be one of ${Object.keys(ACTION_KEYS).join(', ')}, not ${quoted(type)}`,
      { field: 'action.type', hint: 'The other actions have methods of their own.' },
    );
  }
  const keys = ACTION_KEYS[type as DropletAction['type']];
  checkKeys(action, ['type', ...keys], 'action');
  for (const key of keys)
    numberOf(String((action as Record<string, unknown>)[key]), `action.${key}`);
  return action;
}
