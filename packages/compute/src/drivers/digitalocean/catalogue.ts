/** What droplets are made of: sizes, images, regions and SSH keys. */
import { checkKeys } from '@sdk/common';
import type { CallOptions } from '@sdk/common';
import type { DigitalOceanConnection } from '@sdk/providers/digitalocean';
import { ComputeDriver } from '../../compute-driver.js';
import type { ImportKeyPairSpec, Reference } from '../../compute-driver.js';
import type { Image, KeyPair, Location, Size } from '../../models.js';
import { publicKeyOf, textOf } from '../../reference.js';
import { toImage, toKeyPair, toLocation, toSize } from './models.js';
import type { ListImagesOptions } from './options.js';
import { numberOf, numberOrText } from './references.js';
import { filtersOf, get, list, post, remove } from './requests.js';

const SIZES = { path: '/v2/sizes', key: 'sizes', model: toSize };
const REGIONS = { path: '/v2/regions', key: 'regions', model: toLocation };
const IMAGES = { path: '/v2/images', key: 'images', model: toImage };
const KEYS = { path: '/v2/account/keys', key: 'ssh_keys', model: toKeyPair };

/** The part of the driver that speaks of sizes, images, locations and key pairs. */
export abstract class DigitalOceanCatalogue extends ComputeDriver<DigitalOceanConnection> {
  async *listSizes(options: CallOptions = {}): AsyncGenerator<Size> {
    yield* list(this.connection, SIZES, filtersOf(options, 'listSizes'));
  }

  async *listLocations(options: CallOptions = {}): AsyncGenerator<Location> {
    yield* list(this.connection, REGIONS, filtersOf(options, 'listLocations'));
  }

  async *listImages(options: ListImagesOptions = {}): AsyncGenerator<Image> {
    const names = { type: 'type', private: 'private', tagName: 'tag_name' };
    yield* list(this.connection, IMAGES, filtersOf(options, 'listImages', names));
  }

  /** @param image a public one also by its slug, e.g. `debian-12-x64` */
  async getImage(image: Reference, options: CallOptions = {}): Promise<Image> {
    const path = ['v2', 'images', String(numberOrText(image, 'image'))];
    return get(this.connection, { path, key: 'image', model: toImage }, options);
  }

  /** Deletes an image of your own: a snapshot, a backup or a custom image. */
  async deleteImage(image: Reference, options: CallOptions = {}): Promise<void> {
    await remove(this.connection, ['v2', 'images', String(numberOf(image, 'image'))], options);
  }

  async *listKeyPairs(options: CallOptions = {}): AsyncGenerator<KeyPair> {
    yield* list(this.connection, KEYS, filtersOf(options, 'listKeyPairs'));
  }

  /** @param keyPair also by its fingerprint */
  async getKeyPair(keyPair: Reference, options: CallOptions = {}): Promise<KeyPair> {
    const key = { path: keyPath(keyPair), key: 'ssh_key', model: toKeyPair };
    return get(this.connection, key, options);
  }

  async importKeyPair(spec: ImportKeyPairSpec, options: CallOptions = {}): Promise<KeyPair> {
    checkKeys(spec, ['name', 'publicKey'], 'importKeyPair');
    const body = {
      name: textOf(spec.name, 'name'),
      public_key: publicKeyOf(spec.publicKey, 'publicKey'),
    };
    return post(this.connection, { ...KEYS, key: 'ssh_key' }, body, options);
  }

  /** @param keyPair also by its fingerprint */
  async deleteKeyPair(keyPair: Reference, options: CallOptions = {}): Promise<void> {
    await remove(this.connection, keyPath(keyPair), options);
  }
}

function keyPath(keyPair: Reference): string[] {
  return ['v2', 'account', 'keys', String(numberOrText(keyPair, 'keyPair'))];
}
