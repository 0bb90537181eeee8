/** What differs between providers, as data: ask before you call. Every method of `ComputeDriver` works on every driver. */
import type { Capability } from '@sdk/common';

/** What a compute driver's provider can do beyond what every one can. */
export interface ComputeCapabilities {
  /** `createVolume` without a location. */
  readonly volumeWithoutLocation: Capability;
  /** A volume on several nodes at once. */
  readonly multiAttach: Capability;
  /** `networks` with more than one entry. */
  readonly severalNetworks: Capability;
  /** `tags` that are pairs, `name=value`. */
  readonly tagValues: Capability;
  /** `createNode` that may be sent again after the connection broke, since the provider knows a repetition. */
  readonly idempotentCreate: Capability;
  /** Operations that say how far they are. */
  readonly progress: Capability;
  /** Operations that can be cancelled. */
  readonly cancel: Capability;
}
