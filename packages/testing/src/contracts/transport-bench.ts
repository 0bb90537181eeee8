import type { ExpectFunction } from './runner.js';
import type { TransportCapabilities } from './transport-contract.js';
import type { TransportStand } from './transport-stand.js';

/** What the parts of the suite stand on. */
export interface TransportBench {
  readonly expect: ExpectFunction;
  readonly can: TransportCapabilities;
  /** A test with a stand of its own. */
  readonly on: (name: string, run: (stand: TransportStand) => Promise<void>) => void;
}
