/** Block storage: volumes and their snapshots. */
import { checkKeys } from '@sdk/common';
import type { CallOptions, Operation, OperationCallOptions } from '@sdk/common';
import type { WireAction } from '@sdk/providers/digitalocean';
import type { Reference } from '../../compute-driver.js';
import type { Volume } from '../../models.js';
import { textOf } from '../../reference.js';
import { createVolumeBody, VOLUME_KEYS, volumeSize } from './bodies.js';
import { DigitalOceanCatalogue } from './catalogue.js';
import { startAction, startJob } from './jobs.js';
import { toVolume, toVolumeSnapshot } from './models.js';
import type { VolumeSnapshot } from './models.js';
import type { CreateBlockVolumeSpec, ListVolumesOptions } from './options.js';
import { numberOf, uuidOf } from './references.js';
import { filtersOf, get, list, post, postAction, remove } from './requests.js';

const VOLUMES = { path: '/v2/volumes', key: 'volumes', model: toVolume };

/** The part of the driver that speaks of volumes. */
export abstract class DigitalOceanVolumes extends DigitalOceanCatalogue {
  async *listVolumes(options: ListVolumesOptions = {}): AsyncGenerator<Volume> {
    const names = { name: 'name', region: 'region' };
    yield* list(this.connection, VOLUMES, filtersOf(options, 'listVolumes', names));
  }

  async getVolume(volume: Reference, options: CallOptions = {}): Promise<Volume> {
    const resource = { path: volumePath(volume), key: 'volume', model: toVolume };
    return get(this.connection, resource, options);
  }

  createVolume(
    spec: CreateBlockVolumeSpec,
    options: OperationCallOptions = {},
  ): Operation<Volume, Volume> {
    const begin = async (call: CallOptions): Promise<Volume> => {
      checkKeys(spec, VOLUME_KEYS, 'createVolume');
      const body = createVolumeBody(spec);
      return post(this.connection, { ...VOLUMES, key: 'volume' }, body, call);
    };
    const finish = async (result: Volume): Promise<{ result: Volume }> => ({ result });
    return startJob(this.connection, { method: 'createVolume', begin, finish }, options);
  }

  attachVolume(
    volume: Reference,
    node: Reference,
    options: OperationCallOptions = {},
  ): Operation<Volume, WireAction> {
    const body = (): object => ({ type: 'attach', droplet_id: numberOf(node, 'node') });
    return this.#action('attachVolume', volume, body, options);
  }

  /** Asks first which droplet has it, since DigitalOcean wants to be told. */
  detachVolume(
    volume: Reference,
    options: OperationCallOptions = {},
  ): Operation<Volume, WireAction | undefined> {
    return startJob<WireAction | undefined, Volume>(
      this.connection,
      {
        method: 'detachVolume',
        begin: (options) =>
          this.underTotal(options, async (call) => {
            const { nodeIds } = await this.getVolume(volume, call);
            if (nodeIds[0] === undefined) return undefined;
            const body = { type: 'detach', droplet_id: numberOf(nodeIds[0], 'nodeIds[0]') };
            const path = [...volumePath(volume), 'actions'];
            return postAction(this.connection, path, body, call);
          }),
        action: (action) => action,
        finish: async (_action, call) => ({ result: await this.getVolume(volume, call) }),
      },
      options,
    );
  }

  /** Makes a volume bigger; a smaller one is refused. What is on it must be told to grow, too. */
  resizeVolume(
    volume: Reference,
    sizeGiB: number,
    options: OperationCallOptions = {},
  ): Operation<Volume, WireAction> {
    const body = (): object => ({ type: 'resize', size_gigabytes: volumeSize(sizeGiB) });
    return this.#action('resizeVolume', volume, body, options);
  }

  /** Its snapshots stay. */
  deleteVolume(volume: Reference, options: OperationCallOptions = {}): Operation<void> {
    const begin = async (call: CallOptions): Promise<undefined> =>
      remove(this.connection, volumePath(volume), call);
    const finish = async (): Promise<{ result: void }> => ({ result: undefined });
    return startJob<undefined, void>(
      this.connection,
      { method: 'deleteVolume', begin, finish },
      options,
    );
  }

  async *listVolumeSnapshots(
    volume: Reference,
    options: CallOptions = {},
  ): AsyncGenerator<VolumeSnapshot> {
    const path = [...volumePath(volume), 'snapshots'];
    const snapshots = { path, key: 'snapshots', model: toVolumeSnapshot };
    yield* list(this.connection, snapshots, filtersOf(options, 'listVolumeSnapshots'));
  }

  /** Copies what is on a volume at this moment. */
  async snapshotVolume(
    volume: Reference,
    name: string,
    options: CallOptions = {},
  ): Promise<VolumeSnapshot> {
    const path = [...volumePath(volume), 'snapshots'];
    const body = { name: textOf(name, 'name') };
    const snapshot = { path, key: 'snapshot', model: toVolumeSnapshot };
    return post(this.connection, snapshot, body, options);
  }

  async deleteVolumeSnapshot(snapshot: Reference, options: CallOptions = {}): Promise<void> {
    const path = ['v2', 'volumes', 'snapshots', uuidOf(snapshot, 'snapshot')];
    await remove(this.connection, path, options);
  }

  #action(
    method: string,
    volume: Reference,
    body: () => object,
    options: OperationCallOptions,
  ): Operation<Volume, WireAction> {
    const path = (): string[] => [...volumePath(volume), 'actions'];
    const finish = (call: CallOptions): Promise<Volume> => this.getVolume(volume, call);
    return startAction(this.connection, { method, path, body, finish }, options);
  }
}

function volumePath(volume: Reference): string[] {
  return ['v2', 'volumes', uuidOf(volume, 'volume')];
}
