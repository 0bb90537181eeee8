/** What differs between storage providers, as data: ask before you call. */
import type { Capabilities } from '@sdk/common';

/**
 * What a provider can do beyond what every one can.
 *
 * - `presign`: `presign` answers a URL
 * - `atomicIfNoneMatch`: of two uploads at once with `ifNoneMatch` only one is stored, whatever their size
 * - `listsMetadata`: lists carry each object's content type and metadata
 * - `anyObjectName`: any well-formed Unicode can be a name, `a` beside `a/b`, and `//x`
 */
export type StorageCapability = 'presign' | 'atomicIfNoneMatch' | 'listsMetadata' | 'anyObjectName';

/** The capabilities of a storage driver. */
export type StorageCapabilities = Capabilities<StorageCapability>;
