/** The default transport: axios over agents, pools and a dialer of our own. */
import axios, { type AxiosInstance } from 'axios';
import { agentFor, type PooledAgent } from './agents.js';
import { dispatch } from './axios-dispatch.js';
import { checkInstance, hasWork } from './axios-instance.js';
import { closedBefore } from './closed.js';
import { exchange } from './exchange.js';
import { forwardLegs, type ForwardLeg } from './forward-legs.js';
import { headOf } from './head.js';
import { leaseFor } from './leasing.js';
import { withTotalLeft } from './left-of-total.js';
import { Pools } from './pools.js';
import { readSocketOptions, type SocketOptions } from './socket-options.js';
import type { Transport, TransportRequest, TransportResponse } from './transport.js';
import { noteUnixSocket } from './unix-transports.js';

/** How an `AxiosTransport` is made. */
export interface AxiosTransportOptions extends SocketOptions {
  /**
   * An instance of the caller's: its interceptors and `defaults.headers` are honoured. What would break the proxy
   * decision (`proxy`, agents, `adapter`, `baseURL`, `auth`, `maxRedirects`, `timeout`, `socketPath`) is refused by name.
   */
  readonly axios?: AxiosInstance | undefined;
}

/**
 * Sends requests with axios: its interceptors run, its own proxy, redirect, timeout and transform machinery stays off.
 * Sockets are kept alive in pools that are keyed by proxy, credentials, origin and TLS, and end with `close()`.
 */
export class AxiosTransport implements Transport {
  readonly name = 'axios';
  /** The instance in use: interceptors added to it are honoured. */
  readonly axios: AxiosInstance;
  readonly #pools: Pools<PooledAgent>;
  #closed = false;

  constructor(options: AxiosTransportOptions = {}) {
    const settings = readSocketOptions(options, 'AxiosTransport', ['axios']);
    if (options.axios !== undefined) checkInstance(options.axios);
    this.axios = options.axios ?? plainInstance();
    this.#pools = new Pools((route, origin) => agentFor(route, origin, settings));
    noteUnixSocket(this, settings);
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const { signal } = request;
    const startedAt = performance.now();
    if (this.#closed) throw closedBefore();
    if (signal?.aborted) throw signal.reason;
    // Without interceptors and default headers `Axios.request` would only copy: the shorter way spares its merging.
    return request.bare !== true && hasWork(this.axios)
      ? dispatch(this.axios, request, (changed) => this.#carry(withTotalLeft(changed, startedAt)))
      : this.#carry(request);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pools.close();
  }

  #carry(request: TransportRequest): Promise<TransportResponse> {
    return request.route.way === 'forward'
      ? forwardLegs(request, this.#sendLeg)
      : this.#sendLeg(request);
  }

  readonly #sendLeg = async (
    request: TransportRequest,
    leg?: ForwardLeg,
  ): Promise<TransportResponse> => {
    const startedAt = performance.now();
    const head = headOf(request);
    const agent = this.#pools.get(request.route, request.origin, request.tls);
    const leased = leaseFor(agent.pool, request, head, leg, startedAt);
    const lease = leased instanceof Promise ? await leased : leased;
    return exchange(agent, lease, request, head, startedAt);
  };
}

/** An instance that adds nothing of its own to a request. */
function plainInstance(): AxiosInstance {
  const instance = axios.create();
  instance.defaults.headers.common = {};
  return instance;
}
