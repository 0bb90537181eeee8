/** What DigitalOcean writes: only the members that the driver reads (digitalocean/openapi, `specification/resources`). */

export interface WireRegion {
  readonly slug: string;
  readonly name: string;
}

export interface WireSize {
  readonly slug: string;
  /** MiB. */
  readonly memory: number;
  readonly vcpus: number;
  /** GiB. */
  readonly disk: number;
}

export interface WireImage {
  readonly id: number;
  readonly name: string;
}

export interface WireAddress {
  readonly ip_address: string;
  readonly type: 'public' | 'private';
}

export interface WireDroplet {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly created_at: string;
  /** Without an id, or `null`, once the image is gone. */
  readonly image?: Partial<WireImage> | null;
  readonly size_slug: string;
  readonly region?: WireRegion | null;
  readonly networks?: {
    readonly v4?: readonly WireAddress[];
    readonly v6?: readonly WireAddress[];
  };
}

export interface WireKey {
  readonly id: number;
  readonly name: string;
  readonly fingerprint: string;
  readonly public_key: string;
}

export interface WireVolume {
  readonly id: string;
  readonly name: string;
  readonly size_gigabytes: number;
  readonly droplet_ids?: readonly number[] | null;
  readonly region?: WireRegion | null;
}

export interface WireVolumeSnapshot {
  readonly id: string;
  readonly name: string;
  readonly size_gigabytes: number;
  readonly resource_id: string;
  readonly created_at: string;
}

export interface CreatedDroplet {
  readonly droplet: WireDroplet;
  readonly links?: { readonly actions?: readonly { readonly id: number; readonly rel: string }[] };
}
