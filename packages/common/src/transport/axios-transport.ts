/** The default transport: axios over the SDK's own agents, pools and dialer. */
import { createRequire } from 'node:module';
import type { AxiosInstance, AxiosStatic } from 'axios';
import { agentFor, type PooledAgent } from './agents.js';
import type { dispatch } from './axios-dispatch.js';
import { checkInstance, hasWork } from './axios-instance.js';
import { withDeadline } from './deadline.js';
import { exchange } from './exchange.js';
import { Sender } from './sender.js';
import { readSocketOptions, type SocketOptions } from './socket-options.js';
import type { Transport, TransportRequest, TransportResponse } from './transport.js';

/** How an `AxiosTransport` is made. */
export interface AxiosTransportOptions extends SocketOptions {
  /**
   * An axios instance: its interceptors and `defaults.headers` are used. What would break the proxy
   * decision (`proxy`, agents, `adapter`, `baseURL`, `auth`, `maxRedirects`, `timeout`, `socketPath`) is refused by name.
   */
  readonly axios?: AxiosInstance | undefined;
}

/**
 * Sends requests with axios. Its interceptors run; its own handling of proxies, redirects, timeouts and transforms is off.
 * Sockets are kept alive in pools with a key of proxy, credentials, origin and TLS, and end with `close()`.
 */
export class AxiosTransport implements Transport {
  readonly name = 'axios';
  readonly socketPath: string | undefined;
  readonly #sender: Sender<PooledAgent>;
  #axios: AxiosInstance | undefined;

  constructor(options: AxiosTransportOptions = {}) {
    const settings = readSocketOptions(options, 'AxiosTransport', ['axios']);
    if (options.axios !== undefined) checkInstance(options.axios);
    this.#axios = options.axios;
    this.#sender = new Sender({
      pooled: (route, origin) => agentFor(route, origin, settings),
      exchange,
    });
    this.socketPath = settings.tcp.socketPath;
  }

  /** The instance in use: interceptors added to it will run. */
  get axios(): AxiosInstance {
    return (this.#axios ??= plainInstance());
  }

  send(request: TransportRequest): Promise<TransportResponse> {
    const instance = this.#axios;
    // Most instances have neither interceptors nor default headers, and nothing of axios is needed.
    return request.bare === true || instance === undefined || !hasWork(instance)
      ? this.#sender.send(request)
      : this.#sendBy(instance, request);
  }

  close(): Promise<void> {
    return this.#sender.close();
  }

  async #sendBy(instance: AxiosInstance, request: TransportRequest): Promise<TransportResponse> {
    this.#sender.checkOpen(request);
    const bounded = withDeadline(request);
    dispatching ??= await import('./axios-dispatch.js');
    return dispatching.dispatch(instance, bounded, (changed) => this.#sender.send(changed));
  }
}

/** Loaded for the first instance that needs it: loading axios takes several times as long as a first call without it. */
let dispatching: { readonly dispatch: typeof dispatch } | undefined;

/**
 * An instance that adds nothing of its own to a request. It is made synchronously, so from axios's CommonJS build. What
 * interceptors get is from the ESM build, as in an application that imports axios.
 */
function plainInstance(): AxiosInstance {
  const axios = createRequire(import.meta.url)('axios') as AxiosStatic;
  const instance = axios.create();
  instance.defaults.headers.common = {};
  return instance;
}
