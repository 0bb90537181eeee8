/** The checked options of one driver, shared by its connection, the connections derived from it, and its views. */
import { ConfigurationError, type SdkError } from '../../errors.js';
import { BoundedMap } from '../../bounded-map.js';
import type { Environment } from '../../proxy/environment.js';
import type { CompiledLevel } from '../../proxy/level.js';
import { PacFiles } from '../../proxy/pac/files.js';
import { RestingProxies } from '../../proxy/resting.js';
import type { HttpProxy } from '../../proxy/setting.js';
import { checkTlsOptions } from '../../route/tls-check.js';
import type { TlsOptions } from '../../route/tls-options.js';
import type { WarningEvent } from '../../telemetry/events.js';
import { publishWarning } from '../../telemetry/publish.js';
import { AxiosTransport } from '../../transport/axios-transport.js';
import type { Timeouts } from '../../transport/timeouts.js';
import { DEFAULT_TIMEOUTS } from '../../transport/timeouts.js';
import type { Transport } from '../../transport/transport.js';
import type { Journal } from '../journal.js';
import { checkedEndpoint } from '../options/endpoint.js';
import { InstanceLevel } from './instance-level.js';
import { Limiter } from './limiter.js';
import { checkedLimits, type Limits } from '../options/limits-option.js';
import type { DriverOptions, Logger, RetryOptions, ViewOptions } from '../options/options.js';
import { DEFAULT_RETRY, DRIVER_KEYS, VIEW_KEYS } from '../options/options.js';
import { checkedEnv, checkedLogger, checkedTransport } from '../options/option-objects.js';
import { checkKeys } from '../../option-keys.js';
import { ownMembers } from '../options/own-members.js';
import { withRetry } from '../options/retry-option.js';
import { RetryBudget } from './retry-budget.js';
import { withTimeouts } from '../options/timeouts-option.js';
import { userAgentOf } from '../options/user-agent.js';

/** The key under which a driver passes the settings of a view to the constructor of its class. */
export const VIEW = Symbol('view');

/** How many warnings are remembered as already given. The limit keeps lists that differ with each call from filling the memory. */
const MAX_WARNED = 256;

/** How many connections of one driver have a limiter of their own; a driver has one, or a few. */
const MAX_LIMITERS = 256;

/** What a driver and all its views have in common. */
interface Shared {
  readonly env: Environment | undefined;
  readonly givenTransport: Transport | undefined;
  ownTransport: Transport | undefined;
  /** Aborts when the driver is closed, so that what waits ends. */
  readonly closing: AbortController;
  readonly warned: BoundedMap<string, true>;
  readonly resting: RestingProxies;
  readonly pacFiles: PacFiles;
  readonly limits: Limits | undefined;
  readonly limiters: BoundedMap<string, Limiter>;
}

/** Validated options. Requests read them; nothing about a request is ever kept here. */
export class Settings {
  readonly timeouts: Timeouts;
  readonly retry: RetryOptions;
  /** The whole `User-Agent` header. */
  readonly userAgent: string;
  readonly endpoint: URL | undefined;
  readonly logger: Logger | undefined;
  readonly #tls: TlsOptions | undefined;
  readonly #budget: RetryBudget;
  readonly #shared: Shared;
  readonly #parent: Settings | undefined;
  readonly #instance: InstanceLevel;

  private constructor(options: DriverOptions, parent: Settings | undefined) {
    this.#parent = parent;
    this.timeouts = withTimeouts(parent?.timeouts ?? DEFAULT_TIMEOUTS, options.timeouts);
    this.retry = withRetry(parent?.retry ?? DEFAULT_RETRY, options.retry);
    this.#budget =
      parent === undefined || parent.retry.budget !== this.retry.budget
        ? new RetryBudget(this.retry.budget)
        : parent.#budget;
    this.#tls = checkTlsOptions(options.tls, 'tls') ?? parent?.tls;
    this.userAgent =
      options.userAgent === undefined && parent !== undefined
        ? parent.userAgent
        : userAgentOf(options.userAgent);
    this.logger = checkedLogger(options.logger) ?? parent?.logger;
    this.endpoint =
      options.endpoint === undefined ? parent?.endpoint : checkedEndpoint(options.endpoint);
    this.#shared =
      parent === undefined
        ? {
            env: checkedEnv(options.env),
            givenTransport: checkedTransport(options.transport),
            ownTransport: undefined,
            closing: new AbortController(),
            warned: new BoundedMap(MAX_WARNED),
            resting: new RestingProxies(),
            pacFiles: new PacFiles(),
            limits: checkedLimits(options.limits),
            limiters: new BoundedMap(MAX_LIMITERS),
          }
        : parent.#shared;
    this.#instance = new InstanceLevel(
      options,
      parent === undefined ? undefined : parent.#instance,
    );
  }

  /**
   * @param own the driver's own option names, which are known beside those of every driver.
   * @throws ConfigurationError that names the option at fault.
   */
  static from(options: DriverOptions, own: readonly string[] = []): Settings {
    const copy = ownMembers(options, 'options') as DriverOptions & { readonly [VIEW]?: Settings };
    const view = copy[VIEW];
    if (view !== undefined) return view;
    checkKeys(copy, [...own, ...DRIVER_KEYS], 'options');
    return new Settings(copy, undefined);
  }

  /**
   * Settings over these: what is given replaces the value here, the rest is inherited, including later `setHttpProxy` calls.
   * @throws ConfigurationError that names the option at fault.
   */
  view(overrides: ViewOptions): Settings {
    const copy = ownMembers(overrides, 'with');
    checkKeys(copy, VIEW_KEYS, 'with()');
    return new Settings(copy, this);
  }

  /** Whether these were made over others by `view`, or are the same. */
  isViewOf(other: Settings): boolean {
    return this === other || this.#parent?.isViewOf(other) === true;
  }

  /**
   * The proxy for every request that follows; those in flight keep theirs. `undefined`: the environment decides.
   * @throws ConfigurationError, and then nothing has changed.
   */
  setHttpProxy(httpProxy: HttpProxy | undefined): void {
    this.#instance.setHttpProxy(httpProxy);
  }

  /** The instance's level of the cascade as it is now. */
  get level(): CompiledLevel {
    return this.#instance.now;
  }

  /** The variables that name proxies, as they are now. */
  get env(): Environment {
    return this.#shared.env ?? process.env;
  }

  /** TLS settings of the provider's servers. */
  get tls(): TlsOptions | undefined {
    return this.#tls;
  }

  /** The bucket that repetitions take from: the one that all requests share, or a call's own if the call gives a `budget`. */
  budgetFor(retry: RetryOptions): RetryBudget {
    return retry.budget === this.retry.budget ? this.#budget : new RetryBudget(retry.budget);
  }

  /** The limiter that a connection shares with the same connection of every view; `undefined` if nothing is limited. */
  limiterFor(connection: string): Limiter | undefined {
    const { limiters } = this.#shared;
    const known = limiters.get(connection);
    if (known !== undefined) return known;
    const made = this.newLimiter();
    if (made !== undefined) limiters.set(connection, made);
    return made;
  }

  /** A separate limiter for a derived connection, since a request of its parent may be waiting for it. */
  newLimiter(): Limiter | undefined {
    const { limits } = this.#shared;
    return limits && new Limiter(limits);
  }

  /**
   * The given transport, or else the driver's own, which is made on first use and lives until `close`.
   * @throws ConfigurationError after `close`, which may have come while the request was being authorized or signed.
   */
  get transport(): Transport {
    this.checkOpen();
    const shared = this.#shared;
    return shared.givenTransport ?? (shared.ownTransport ??= new AxiosTransport());
  }

  /** Aborts with `close`, to end pauses. */
  get closing(): AbortSignal {
    return this.#shared.closing.signal;
  }

  /**
   * @param journal of the request, if it may have been sent before
   * @param cause how the attempt ended that was under way
   * @throws ConfigurationError after `close`.
   */
  checkOpen(journal?: Journal, cause?: SdkError): void {
    if (!this.closing.aborted) return;
    const attempts = journal?.attempts ?? [];
    const sent = attempts.some(({ requestSent }) => requestSent !== 'no');
    const error = new ConfigurationError(
      sent
        ? 'This driver was closed before the request was answered; its attempts show what was sent'
        : 'This driver has been closed; nothing was sent',
      {
        field: 'close',
        hint: 'Make a new one, or close it later.',
        decision: cause?.decision,
        cause,
      },
    );
    if (attempts.length > 0) error.attempts = attempts;
    throw error;
  }

  /** The proxies that failed, for this driver and all its views. */
  get resting(): RestingProxies {
    return this.#shared.resting;
  }

  /** The PAC files that were loaded, for this driver and all its views. */
  get pacFiles(): PacFiles {
    return this.#shared.pacFiles;
  }

  /** Warns the logger, and the subscribers of `sdk:warning`, of something that works but should be corrected. */
  warn(warning: WarningEvent): void {
    publishWarning(warning);
    const { message, ...fields } = warning;
    try {
      this.logger?.warn(message, fields);
    } catch {
      // A failing logger must not make the request fail.
    }
  }

  /** Gives a warning about the configuration once, to the logger and on `sdk:warning`, however many requests meet it. */
  warnOnce(
    message: string,
    about: Omit<WarningEvent, 'message'> = { code: 'SDK_CONFIGURATION' },
  ): void {
    if (this.#shared.warned.get(message) === true) return;
    this.#shared.warned.set(message, true);
    this.warn({ ...about, message });
  }

  /** Closes the transport, if it is the driver's own. Views close nothing. */
  async close(): Promise<void> {
    if (this.#parent !== undefined) return;
    this.#shared.closing.abort();
    const transport = this.#shared.ownTransport;
    this.#shared.ownTransport = undefined;
    await transport?.close();
  }
}
