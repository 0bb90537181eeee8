/** The face of `@sdk/storage`. Each driver is at `@sdk/storage/drivers/<id>`. */
export type { StorageCapabilities, StorageCapability } from './capabilities.js';
export { deletionError } from './deletion-failures.js';
export type { DeletionFailure } from './deletion-failures.js';
export { etagOf, ifMatchHeader } from './etag.js';
export { checkedContentType, checkedMetadata, DEFAULT_CONTENT_TYPE } from './metadata.js';
export type {
  Container,
  ContainerReference,
  ObjectLocation,
  ObjectReference,
  PrefixEntry,
  StorageEntry,
  StorageObject,
} from './models.js';
export { containerName, locationNames, objectName } from './names.js';
export { checkedBody } from './object-body.js';
export type { ByteStream, CheckedBody, ObjectBody } from './object-body.js';
export { checkedRange, rangeHeader } from './range.js';
export type { ByteRange } from './range.js';
export { getDriver } from './registry.js';
export { StorageDriver } from './storage-driver.js';
export type {
  Download,
  GetObjectOptions,
  ListObjectsOptions,
  PresignOptions,
  PutObjectOptions,
} from './storage-driver.js';
