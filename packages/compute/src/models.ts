/**
 * What the compute drivers speak of: plain, JSON-safe records, the same on every provider, each with the provider's own
 * answer under `raw`. Ids are strings everywhere, whatever the provider's own type is.
 */

/** What every model carries beside its fields. */
export interface Raw {
  /** The provider's own answer, as it came: its fields are the provider's to change. */
  readonly raw: unknown;
}

/**
 * What a node is doing. `pending`: it is being made or built anew. `suspended`: paused, its memory kept. `terminated`:
 * gone for good, and still listed. `unknown`: a state that this version of the driver has no word for.
 */
export type NodeState =
  | 'pending'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'rebooting'
  | 'suspended'
  | 'error'
  | 'terminated'
  | 'unknown';

/** A virtual machine: a droplet, server or instance. Names are not unique: the id names the node. */
export interface Node extends Raw {
  readonly id: string;
  readonly name: string;
  readonly state: NodeState;
  /** Addresses that the internet reaches, IPv4 before IPv6. */
  readonly publicIps: readonly string[];
  /** Addresses inside the provider's network, IPv4 before IPv6. */
  readonly privateIps: readonly string[];
  /** Id of its size, as `listSizes` gives it; `null` where the provider does not tell. */
  readonly size: string | null;
  /** Id of the image it was made from, as `listImages` gives it; `null` where it has none (made from a volume) or it is gone. */
  readonly image: string | null;
  /** Id of its location, as `listLocations` gives it. */
  readonly location: string | null;
  /** ISO time. */
  readonly createdAt: string;
}

/** How big a node is: a size, flavor, server type or instance type. */
export interface Size extends Raw {
  readonly id: string;
  readonly name: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** The disk that comes with it; 0 where disks are volumes of their own. */
  readonly diskGiB: number;
}

/** What a node's disk is filled with at first. */
export interface Image extends Raw {
  readonly id: string;
  readonly name: string;
}

/** Where nodes and volumes stand: a region, zone or data centre. */
export interface Location extends Raw {
  readonly id: string;
  readonly name: string;
}

/** A public SSH key that the provider keeps and lays into new nodes. */
export interface KeyPair extends Raw {
  readonly id: string;
  readonly name: string;
  readonly fingerprint: string;
  /** In OpenSSH's form, where the provider gives it back. */
  readonly publicKey?: string | undefined;
}

/** What a volume is doing. `in-use`: attached to a node. */
export type VolumeState =
  | 'creating'
  | 'available'
  | 'attaching'
  | 'in-use'
  | 'detaching'
  | 'deleting'
  | 'error'
  | 'unknown';

/** A disk with a life of its own. */
export interface Volume extends Raw {
  readonly id: string;
  readonly name: string;
  readonly sizeGiB: number;
  readonly state: VolumeState;
  /** Ids of the nodes it is attached to. */
  readonly nodeIds: readonly string[];
  /** Id of its location, as `listLocations` gives it. */
  readonly location: string | null;
}
