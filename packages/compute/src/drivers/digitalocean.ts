/** DigitalOcean: droplets, images, SSH keys and block storage, by its API v2. */
import { checkKeys } from '@sdk/common';
import type { CallOptions, DriverOptions, Operation, OperationCallOptions } from '@sdk/common';
import { DigitalOceanConnection, modelOf } from '@sdk/providers/digitalocean';
import type { DigitalOceanCredentials, WireAction } from '@sdk/providers/digitalocean';
import type { Reference } from '../compute-driver.js';
import type { Image, Node } from '../models.js';
import { idOf, textOf } from '../reference.js';
import { actionBody, createDropletBody, DROPLET_KEYS, dropletName } from './digitalocean/bodies.js';
import { DIGITALOCEAN_CAPABILITIES } from './digitalocean/capabilities.js';
import { startAction, startJob } from './digitalocean/jobs.js';
import { creationOf, toImage, toNode } from './digitalocean/models.js';
import type {
  CreateDropletSpec,
  DropletAction,
  ListDropletsOptions,
} from './digitalocean/options.js';
import { numberOf, numberOrText } from './digitalocean/references.js';
import { checkTagAlone, filtersOf, get, list, remove } from './digitalocean/requests.js';
import { DigitalOceanVolumes } from './digitalocean/volumes.js';
import type { CreatedDroplet, WireDroplet } from './digitalocean/wire.js';

export type { VolumeSnapshot } from './digitalocean/models.js';
export type {
  CreateBlockVolumeSpec,
  CreateDropletSpec,
  DropletAction,
  ListDropletsOptions,
  ListImagesOptions,
  ListVolumesOptions,
} from './digitalocean/options.js';

/** The token, and the options of every driver. */
export interface DigitalOceanComputeOptions extends DriverOptions, DigitalOceanCredentials {}

const DROPLETS = { path: '/v2/droplets', key: 'droplets', model: toNode };

/**
 * DigitalOcean's compute.
 *
 * Ids are the numbers of droplets, images and keys, as strings; the slugs of sizes and regions; the UUIDs of volumes. A
 * public image may also be given by its slug, a key by its fingerprint.
 *
 * @example
 * const compute = new DigitalOceanCompute({ token });
 * await compute.createNode({ name: 'web-1', size: 's-1vcpu-1gb', image: 'debian-12-x64' });
 */
export class DigitalOceanCompute extends DigitalOceanVolumes {
  readonly capabilities = DIGITALOCEAN_CAPABILITIES;

  /** @throws ConfigurationError that names the option at fault. */
  constructor(options: DigitalOceanComputeOptions) {
    super(options, ['token'], (settings) => new DigitalOceanConnection(settings, options));
  }

  async *listNodes(options: ListDropletsOptions = {}): AsyncGenerator<Node> {
    const names = { tagName: 'tag_name', name: 'name', type: 'type' };
    const filters = filtersOf(options, 'listNodes', names);
    checkTagAlone(options);
    yield* list(this.connection, DROPLETS, filters);
  }

  async getNode(node: Reference, options: CallOptions = {}): Promise<Node> {
    const droplet = { path: dropletPath(node), key: 'droplet', model: toNode };
    return get(this.connection, droplet, options);
  }

  /** Ends when the droplet's creation has; `started` is the droplet as it was first answered. */
  createNode(spec: CreateDropletSpec, options: OperationCallOptions = {}): Operation<Node, Node> {
    let creation: number | undefined;
    return startJob<Node, Node>(
      this.connection,
      {
        method: 'createNode',
        begin: async (call) => {
          checkKeys(spec, DROPLET_KEYS, 'createNode');
          const request = { method: 'POST', path: DROPLETS.path, json: createDropletBody(spec) };
          const response = await this.connection.request<CreatedDroplet>(request, call);
          return modelOf(response, 'droplet', (wire: WireDroplet) => {
            creation = creationOf(response.body);
            return toNode(wire);
          });
        },
        action: () =>
          creation === undefined ? undefined : { id: creation, status: 'in-progress' },
        finish: async ({ id }, call) => {
          const result = await this.getNode(id, call);
          return result.state === 'pending' ? undefined : { result };
        },
      },
      options,
    );
  }

  /** Ends when DigitalOcean no longer knows it. Its volumes and snapshots stay. */
  deleteNode(node: Reference, options: OperationCallOptions = {}): Operation<void> {
    return startJob<undefined, void>(
      this.connection,
      {
        method: 'deleteNode',
        begin: async (call) => remove(this.connection, dropletPath(node), call),
        finish: async (_started, call) => {
          const request = { method: 'GET', path: dropletPath(node), success: [404] };
          const { status } = await this.connection.request(request, call);
          return status === 404 ? { result: undefined } : undefined;
        },
      },
      options,
    );
  }

  startNode(node: Reference, options: OperationCallOptions = {}): Operation<Node, WireAction> {
    return this.#action('startNode', node, () => ({ type: 'power_on' }), options);
  }

  /** Cuts the power, which is certain to stop it; `shutdownNode` asks its system. */
  stopNode(node: Reference, options: OperationCallOptions = {}): Operation<Node, WireAction> {
    return this.#action('stopNode', node, () => ({ type: 'power_off' }), options);
  }

  /** Asks its system to reboot; `powerCycleNode` does not ask. */
  rebootNode(node: Reference, options: OperationCallOptions = {}): Operation<Node, WireAction> {
    return this.#action('rebootNode', node, () => ({ type: 'reboot' }), options);
  }

  /** Asks its system to shut down, which may fail unseen: look at the state of the node that comes back. */
  shutdownNode(node: Reference, options: OperationCallOptions = {}): Operation<Node, WireAction> {
    return this.#action('shutdownNode', node, () => ({ type: 'shutdown' }), options);
  }

  /** Cuts the power and switches it on again. */
  powerCycleNode(node: Reference, options: OperationCallOptions = {}): Operation<Node, WireAction> {
    return this.#action('powerCycleNode', node, () => ({ type: 'power_cycle' }), options);
  }

  /**
   * Gives a stopped node another size.
   * @param to `disk: true` makes the disk bigger too, and it can never be made smaller again. @default false
   */
  resizeNode(
    node: Reference,
    to: { readonly size: Reference; readonly disk?: boolean | undefined },
    options: OperationCallOptions = {},
  ): Operation<Node, WireAction> {
    const body = (): object => {
      checkKeys(to, ['size', 'disk'], 'resizeNode');
      return { type: 'resize', size: idOf(to.size, 'size'), disk: to.disk ?? false };
    };
    return this.#action('resizeNode', node, body, options);
  }

  /** Gives it another name; its own system is not told. */
  renameNode(
    node: Reference,
    name: string,
    options: OperationCallOptions = {},
  ): Operation<Node, WireAction> {
    const body = (): object => ({ type: 'rename', name: dropletName(name) });
    return this.#action('renameNode', node, body, options);
  }

  /** Fills its disk anew with an image: what was on it is lost, its addresses stay. */
  rebuildNode(
    node: Reference,
    image: Reference,
    options: OperationCallOptions = {},
  ): Operation<Node, WireAction> {
    const body = (): object => ({ type: 'rebuild', image: numberOrText(image, 'image') });
    return this.#action('rebuildNode', node, body, options);
  }

  /** Starts one of the rarer actions: `{ type: 'enable_ipv6' }`. A new password goes to the account's owner by mail. */
  actOnNode(
    node: Reference,
    action: DropletAction,
    options: OperationCallOptions = {},
  ): Operation<Node, WireAction> {
    return this.#action('actOnNode', node, () => actionBody(action), options);
  }

  /** Makes an image of its disk; best while it is stopped. */
  snapshotNode(
    node: Reference,
    name: string,
    options: OperationCallOptions = {},
  ): Operation<Image, WireAction> {
    return startAction<Image>(
      this.connection,
      {
        method: 'snapshotNode',
        path: () => [...dropletPath(node), 'actions'],
        body: () => ({ type: 'snapshot', name: textOf(name, 'name') }),
        // The action does not name the image, and several may share its name: ids grow.
        finish: async (call) => {
          let newest: Image | undefined;
          for await (const image of this.listNodeSnapshots(node, call)) {
            const newer = newest === undefined || Number(image.id) > Number(newest.id);
            if (image.name === name && newer) newest = image;
          }
          return newest;
        },
      },
      options,
    );
  }

  /** The images that `snapshotNode` made of a node. */
  async *listNodeSnapshots(node: Reference, options: CallOptions = {}): AsyncGenerator<Image> {
    const path = [...dropletPath(node), 'snapshots'];
    const snapshots = { path, key: 'snapshots', model: toImage };
    yield* list(this.connection, snapshots, filtersOf(options, 'listNodeSnapshots'));
  }

  #action(
    method: string,
    node: Reference,
    body: () => object,
    options: OperationCallOptions,
  ): Operation<Node, WireAction> {
    const path = (): string[] => [...dropletPath(node), 'actions'];
    const finish = (call: CallOptions): Promise<Node> => this.getNode(node, call);
    return startAction(this.connection, { method, path, body, finish }, options);
  }
}

function dropletPath(node: Reference): string[] {
  return ['v2', 'droplets', String(numberOf(node, 'node'))];
}
