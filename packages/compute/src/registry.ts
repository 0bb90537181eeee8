/** The drivers by their ids, each loaded on first use. */
import { createRegistry } from '@sdk/common';

/**
 * The class of a driver, loaded when asked for.
 * @throws ConfigurationError for an id that there is not.
 *
 * @example
 * const Compute = await getDriver('digitalocean');
 * const compute = new Compute({ token });
 */
export const getDriver = createRegistry({
  digitalocean: () => import('./drivers/digitalocean.js').then((m) => m.DigitalOceanCompute),
});
