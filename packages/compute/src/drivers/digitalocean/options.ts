/** What a caller may ask of DigitalOcean beside what every driver offers. */
import type { CallOptions } from '@sdk/common';
import type { CreateNodeSpec, CreateVolumeSpec, Reference } from '../../compute-driver.js';

/** A droplet: what every node may be given, and what only DigitalOcean offers. */
export interface CreateDropletSpec extends CreateNodeSpec {
  /** Ids of volumes to attach at once; they must be free and in the same region. */
  readonly volumes?: readonly Reference[] | undefined;
  /** Daily or weekly copies, at a price. @default false */
  readonly backups?: boolean | undefined;
  /** A public IPv6 address. @default false */
  readonly ipv6?: boolean | undefined;
  /** The agent that sends metrics. @default false */
  readonly monitoring?: boolean | undefined;
  /** The agent behind the web console. Left out: installed where the system allows. */
  readonly withDropletAgent?: boolean | undefined;
  /** A public address at all. @default true */
  readonly publicNetworking?: boolean | undefined;
}

/** A volume: what every volume may be given, and what only DigitalOcean offers. */
export interface CreateBlockVolumeSpec extends CreateVolumeSpec {
  readonly description?: string | undefined;
  /** Id of a volume snapshot to begin with. */
  readonly snapshot?: Reference | undefined;
  /** Formats it, and newer Linux droplets mount it by themselves. Left out: it comes unformatted. */
  readonly filesystemType?: 'ext4' | 'xfs' | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** An action that no method of its own starts, as it goes on the wire. */
export type DropletAction =
  | { readonly type: 'password_reset' | 'enable_ipv6' | 'enable_backups' | 'disable_backups' }
  /** `image`: the number of a backup or snapshot of that droplet. */
  | { readonly type: 'restore'; readonly image: number }
  /** Only droplets from before 2017 have kernels of DigitalOcean's. */
  | { readonly type: 'change_kernel'; readonly kernel: number };

/** Filters of `listNodes`. `tagName` cannot be combined with the others: that is a `ConfigurationError`. */
export interface ListDropletsOptions extends CallOptions {
  readonly tagName?: string | undefined;
  /** The whole name, whatever its case. */
  readonly name?: string | undefined;
  /** @default 'droplets', those with GPUs left out */
  readonly type?: 'droplets' | 'gpus' | undefined;
}

/** Filters of `listImages`. */
export interface ListImagesOptions extends CallOptions {
  /** Plain systems, or those with an application on top. */
  readonly type?: 'distribution' | 'application' | undefined;
  /** Only your own: snapshots, backups and custom images. */
  readonly private?: boolean | undefined;
  readonly tagName?: string | undefined;
}

/** Filters of `listVolumes`. */
export interface ListVolumesOptions extends CallOptions {
  /** The whole name. */
  readonly name?: string | undefined;
  /** Slug of a region. */
  readonly region?: string | undefined;
}
