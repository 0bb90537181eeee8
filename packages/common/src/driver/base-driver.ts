/** What every driver has in common: one connection, a proxy that can be changed, views, and `close`. */
import type { BaseConnection } from '../connection/base-connection.js';
import type { CallOptions, DriverOptions, ViewOptions } from '../connection/options/options.js';
import type { RequestSpec, SdkResponse } from '../connection/request-spec.js';
import { Settings, VIEW } from '../connection/settings/settings.js';
import { UnsupportedError } from '../errors.js';
import type { ProxyExplanation } from '../proxy/explain.js';
import type { HttpProxy } from '../proxy/setting.js';
import { underTotal, withStop } from './under-total.js';

/**
 * The root of every driver. A driver's class has a constructor of one options object, which it passes on whole; secrets
 * belong in its connection's private fields.
 */
export abstract class BaseDriver<C extends BaseConnection | undefined = BaseConnection> {
  /** The one connection; `undefined` for a driver that sends nothing. */
  protected readonly connection: C;
  protected readonly settings: Settings;
  readonly #options: object;

  /**
   * @param own the names of the driver's own options, beside `DriverOptions`.
   * @param connect makes the connection over the checked settings.
   * @throws ConfigurationError that names the option at fault.
   */
  constructor(options: DriverOptions, own: readonly string[], connect: (settings: Settings) => C) {
    this.settings = Settings.from(options, own);
    this.#options = { ...options };
    this.connection = connect(this.settings);
  }

  /** Reaches endpoints that no method wraps; the answer has status, headers, request id and rate limit. */
  request<T = unknown>(spec: RequestSpec, call?: CallOptions): Promise<SdkResponse<T>> {
    return this.connection === undefined
      ? Promise.reject(sendsNothing(this))
      : this.connection.request<T>(spec, call);
  }

  /**
   * Which way a request of this driver would take now, and which setting decides. No socket is opened.
   * @param target where to. @default the driver's endpoint
   * @param call as a method would be given them; only `httpProxy` and `noProxy` matter.
   * @throws ConfigurationError, ProxyError as a request would.
   */
  explainProxy(target?: string | URL, call?: CallOptions): Promise<ProxyExplanation> {
    return this.connection === undefined
      ? Promise.reject(sendsNothing(this))
      : this.connection.explainProxy(target, call);
  }

  /**
   * The proxy for every request that follows; those in flight keep theirs. `undefined` hands the decision back to the
   * environment.
   * @throws ConfigurationError, and then nothing has changed.
   */
  setHttpProxy(httpProxy: HttpProxy | undefined): void {
    this.settings.setHttpProxy(httpProxy);
  }

  /**
   * A view: a driver with the same sockets and defaults of its own. It follows this one's later `setHttpProxy` unless it
   * was given a proxy itself, and never changes this one. Closing it closes nothing.
   * @throws ConfigurationError that names the option at fault.
   */
  with(overrides: ViewOptions): this {
    const Class = this.constructor as new (options: object) => this;
    return new Class({ ...this.#options, [VIEW]: this.settings.view(overrides) });
  }

  /** Ends every socket, except those of a transport that was given. Later calls are refused. */
  async close(): Promise<void> {
    await this.settings.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * For a method that sends several requests: one `timeouts.totalMs`, the call's own or the driver's, holds for all of them.
   * @param run sends them, each with the options that `run` is given.
   */
  protected underTotal<T, K extends CallOptions>(
    call: K,
    run: (call: K) => Promise<T>,
  ): Promise<T> {
    return underTotal(this.settings, call, run);
  }

  /**
   * As `underTotal`, for a method that also reads, writes or waits: `stop` aborts with the caller's signal, and when the total
   * has passed. `run` may abort it too, to end everything that is still running. Its signal is that of the options that `run`
   * is given.
   */
  protected withStop<T, K extends CallOptions>(
    call: K,
    run: (call: K, stop: AbortController) => Promise<T>,
  ): Promise<T> {
    return withStop(this.settings, call, run);
  }
}

function sendsNothing(driver: object): UnsupportedError {
  return new UnsupportedError(`${driver.constructor.name} sends no requests`);
}
