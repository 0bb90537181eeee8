import { createRegistry } from '@sdk/common';

/**
 * The class of a driver by its id, loaded when it is asked for.
 *
 * @example
 * const PowerDns = await getDriver('powerdns');
 * @throws ConfigurationError where there is no driver of that id; the message names those there are.
 */
export const getDriver = createRegistry({
  powerdns: () => import('./drivers/powerdns.js').then(({ PowerDns }) => PowerDns),
});
