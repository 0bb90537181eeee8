/** The second engine: undici's HTTP/1.1 client over the pools and the dialer that all engines share. */
import { createRequire } from 'node:module';
import { ConfigurationError } from '../../errors.js';
import { SocketPool } from '../pool.js';
import type { Pooled } from '../pools.js';
import { Sender } from '../sender.js';
import { readSocketOptions, type SocketOptions } from '../socket-options.js';
import type { Transport, TransportRequest, TransportResponse } from '../transport.js';
import { exchange } from './exchange.js';

/** How an `UndiciTransport` is made: the options that every engine has. */
export type UndiciTransportOptions = SocketOptions;

/**
 * Sends requests with undici's HTTP/1.1 client: the options, pools, timers, errors and events of the default engine. On
 * the wire three names differ in their spelling: undici writes `host`, `connection` and the framing of the body in lower
 * case. It refuses `Expect`, `Upgrade` and `Keep-Alive` among the headers of a request. Neither undici's global dispatcher
 * nor its proxy variables are read.
 *
 * @example
 * import { UndiciTransport } from '@sdk/common/undici';
 *
 * const transport = new UndiciTransport();
 * const dns = new PowerDns({ endpoint, apiKey, transport });
 * // …
 * await transport.close(); // a driver never closes a transport that it was given
 */
export class UndiciTransport implements Transport {
  readonly name = 'undici';
  readonly socketPath: string | undefined;
  readonly #sender: Sender<Pooled>;

  /** @throws ConfigurationError for an option that is unknown or wrong. */
  constructor(options: UndiciTransportOptions = {}) {
    const settings = readSocketOptions(options, 'UndiciTransport');
    checkVersion();
    this.#sender = new Sender({
      pooled: () => ({ pool: new SocketPool(settings) }),
      exchange,
    });
    this.socketPath = settings.tcp.socketPath;
  }

  send(request: TransportRequest): Promise<TransportResponse> {
    return this.#sender.send(request);
  }

  close(): Promise<void> {
    return this.#sender.close();
  }
}

const OLDEST_MAJOR = 7;

/** An undici that knows other handlers would end the process at the first request. */
function checkVersion(): void {
  const { version } = createRequire(import.meta.url)('undici/package.json') as { version: string };
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return;
  throw new ConfigurationError(`UndiciTransport needs undici 7; the one installed is ${version}`, {
    field: 'UndiciTransport',
    hint: 'npm install undici@7',
  });
}
