/** The drivers by their ids, each loaded when it is asked for. */
import { createRegistry } from '@sdk/common';

/**
 * The class of a storage driver.
 *
 * @example
 * const S3Storage = await getDriver('s3');
 * const storage = new S3Storage({ accessKeyId, secretAccessKey, region: 'eu-west-1' });
 */
export const getDriver = createRegistry({
  local: () => import('./drivers/local.js').then((module) => module.LocalStorage),
  s3: () => import('./drivers/s3.js').then((module) => module.S3Storage),
});
