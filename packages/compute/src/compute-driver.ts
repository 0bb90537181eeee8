/** What every compute driver can do. */
import { BaseDriver } from '@sdk/common';
import type { BaseConnection, CallOptions, Operation, OperationCallOptions } from '@sdk/common';
import type { ComputeCapabilities } from './capabilities.js';
import type { Image, KeyPair, Location, Node, Size, Volume } from './models.js';

/** A thing given by its id, or as the model itself. */
export type Reference = string | { readonly id: string };

/** What a new node shall be. */
export interface CreateNodeSpec {
  readonly name: string;
  readonly size: Reference;
  readonly image: Reference;
  /** Left out: the provider chooses. */
  readonly location?: Reference | undefined;
  /** Laid into the node for its first user. */
  readonly keyPairs?: readonly Reference[] | undefined;
  /** Plain text, such as a cloud-config or a script; encoded by the driver where the provider asks for it. */
  readonly userData?: string | undefined;
  /** Words; where `capabilities.tagValues` is supported also pairs, written `name=value`. */
  readonly tags?: readonly string[] | undefined;
  /** Ids of the private networks it joins. Left out: the provider's default. */
  readonly networks?: readonly string[] | undefined;
}

/** A public key to keep. */
export interface ImportKeyPairSpec {
  readonly name: string;
  /** In OpenSSH's form: `ssh-ed25519 AAAA… comment`. */
  readonly publicKey: string;
}

/** What a new volume shall be. */
export interface CreateVolumeSpec {
  readonly name: string;
  readonly sizeGiB: number;
  /** Required where `capabilities.volumeWithoutLocation` is not supported. */
  readonly location?: Reference | undefined;
}

/**
 * Nodes, sizes, images, locations, key pairs and volumes of one provider.
 *
 * Lists are async iterables: a page is fetched only when asked for. Methods that return an `Operation` return it at
 * once, and it has started: `await` it for the finished model, or its `started` for the provider's first answer. Nodes
 * are given by id or model, never by name, since names are not unique. What the caller got wrong is a
 * `ConfigurationError` that names the field, and nothing is sent. What is absent is a `NotFoundError`, also where it is
 * deleted.
 */
export abstract class ComputeDriver<
  C extends BaseConnection = BaseConnection,
> extends BaseDriver<C> {
  /** What this driver's provider can do, and where it says what it cannot. */
  abstract readonly capabilities: ComputeCapabilities;

  /** Every node, in the provider's own order. */
  abstract listNodes(options?: CallOptions): AsyncIterable<Node>;
  /** @throws NotFoundError where there is none of that id. */
  abstract getNode(node: Reference, options?: CallOptions): Promise<Node>;
  /** Ends when the node runs. It is never asked for twice, whatever happens on the way. */
  abstract createNode(spec: CreateNodeSpec, options?: OperationCallOptions): Operation<Node>;
  /** Ends when the node is gone. */
  abstract deleteNode(node: Reference, options?: OperationCallOptions): Operation<void>;
  /** Switches it on. */
  abstract startNode(node: Reference, options?: OperationCallOptions): Operation<Node>;
  /** Makes it stop, whether or not its system listens; the driver's page says how gently. */
  abstract stopNode(node: Reference, options?: OperationCallOptions): Operation<Node>;
  /** Asks its system to start anew. */
  abstract rebootNode(node: Reference, options?: OperationCallOptions): Operation<Node>;

  abstract listSizes(options?: CallOptions): AsyncIterable<Size>;
  abstract listImages(options?: CallOptions): AsyncIterable<Image>;
  abstract getImage(image: Reference, options?: CallOptions): Promise<Image>;
  abstract listLocations(options?: CallOptions): AsyncIterable<Location>;

  abstract listKeyPairs(options?: CallOptions): AsyncIterable<KeyPair>;
  /** Keeps a public key that you have; the private one never travels. */
  abstract importKeyPair(spec: ImportKeyPairSpec, options?: CallOptions): Promise<KeyPair>;
  abstract deleteKeyPair(keyPair: Reference, options?: CallOptions): Promise<void>;

  abstract listVolumes(options?: CallOptions): AsyncIterable<Volume>;
  /** Ends when the volume can be attached. */
  abstract createVolume(spec: CreateVolumeSpec, options?: OperationCallOptions): Operation<Volume>;
  /** Ends when the node has it. */
  abstract attachVolume(
    volume: Reference,
    node: Reference,
    options?: OperationCallOptions,
  ): Operation<Volume>;
  /** Ends when no node has it; a volume that no node has is left as it is. */
  abstract detachVolume(volume: Reference, options?: OperationCallOptions): Operation<Volume>;
  /** Ends when the volume and all that is on it are gone. */
  abstract deleteVolume(volume: Reference, options?: OperationCallOptions): Operation<void>;
}
