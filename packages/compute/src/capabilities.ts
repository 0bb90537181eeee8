/** What differs between providers, as data: ask before you call. Every method of `ComputeDriver` works on every driver. */
import type { Capabilities } from '@sdk/common';

/**
 * What a compute driver's provider may be able to do:
 *
 * - `volumeWithoutLocation`: `createVolume` without a location.
 * - `multiAttach`: a volume on several nodes at once.
 * - `severalNetworks`: `networks` with more than one entry.
 * - `tagValues`: `tags` that are pairs, `name=value`.
 * - `idempotentCreate`: `createNode` may be sent again after the connection broke, since the provider knows a repetition.
 * - `progress`: operations say how far they are.
 * - `cancel`: operations can be cancelled.
 */
export type ComputeCapability =
  | 'volumeWithoutLocation'
  | 'multiAttach'
  | 'severalNetworks'
  | 'tagValues'
  | 'idempotentCreate'
  | 'progress'
  | 'cancel';

/** Each is `true` or `false`; `limitations` says why, and where the provider says so. */
export type ComputeCapabilities = Capabilities<ComputeCapability>;
