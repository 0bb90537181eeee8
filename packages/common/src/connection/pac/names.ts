/** What PAC files may learn about the network: the addresses of names, and of this machine. */
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { PacNames } from '../../proxy/pac/evaluate.js';

/** Looks names up with the system's resolver. The `lookup` option of a transport is not used for the names in PAC files. */
export const SYSTEM_NAMES: PacNames = Object.freeze({
  async lookUp(name: string): Promise<readonly string[]> {
    try {
      return (await lookup(name, { all: true })).map(({ address }) => address);
    } catch {
      return [];
    }
  },

  own(): readonly string[] {
    const outer = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address !== undefined && !address.internal);
    const of = (family: string) =>
      outer.filter((each) => each?.family === family).map((each) => each?.address ?? '');
    return [...of('IPv4'), ...of('IPv6')];
  },
});
