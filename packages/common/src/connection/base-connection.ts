/** A connection to one API. Each driver has one, and its hooks hold what is special about the provider. */
import type { SdkError } from '../errors.js';
import { own } from '../option-keys.js';
import { originOf } from '../route/origin.js';
import type { Origin } from '../route/origin.js';
import type { ProxyExplanation } from '../proxy/explain.js';
import { explainLevels } from '../proxy/explain.js';
import type { HttpProxy } from '../proxy/setting.js';
import { discardBody } from './content/body.js';
import { build } from './stages/build.js';
import { callLevelOf } from './options/checked-call.js';
import { checkedEndpoint } from './options/endpoint.js';
import type { HeaderBag, HeaderRecord } from './content/header-bag.js';
import type {
  EncodedBody,
  FailedAnswer,
  HookContext,
  Hooks,
  ProviderError,
  SignableRequest,
} from './hooks.js';
import type { NestedOptions } from './nested.js';
import { nestedOptions } from './nested.js';
import type { Limiter } from './settings/limiter.js';
import type { CallOptions, DriverOptions, ViewOptions } from './options/options.js';
import { encodeJson } from './content/json-encode.js';
import { commonError } from './answers/provider-error.js';
import type { Query } from './content/request-target.js';
import type { RequestSpec, SdkResponse } from './request-spec.js';
import { Settings } from './settings/settings.js';
import { runStages } from './stages/stages.js';

/** The options of a connection that stands alone, without a driver. */
export interface ConnectionOptions extends DriverOptions {
  readonly endpoint: string | URL;
}

/** What is particular to one of several connections with the same settings. */
export interface ConnectionPlace {
  /** @default the settings' own endpoint */
  readonly endpoint?: string | URL | undefined;
  /** What it is for; a proxy selector receives this. @default 'request' */
  readonly purpose?: string | undefined;
}

const NO_HEADERS: HeaderRecord = Object.freeze({});
const NO_QUERY: Query = Object.freeze({});
/** The key under which a view gets the hooks of its connection. */
const HOOKS = Symbol('hooks');
/** The key under which a derived connection or a view gets a limiter. */
const LIMITER = Symbol('limiter');
/** Passes the secrets of a connection to one derived from it, whose errors may repeat them. */
const SECRETS = Symbol('secrets');

/**
 * Sends requests to one endpoint through the stages (`stages/stages.ts`). It keeps nothing about a request, so that a thousand
 * may run at once. Subclasses override the protected hooks; all are optional.
 */
export class BaseConnection {
  readonly #settings: Settings;
  readonly #endpoint: URL;
  readonly #origin: Origin;
  readonly #basePath: string;
  readonly #purpose: string;
  /** What its requests pass to nested ones if the call has no options. */
  readonly #nested: NestedOptions;
  readonly #hooks: Hooks;
  readonly #limiter: Limiter | undefined;
  /** Whether closing this connection also closes the settings. */
  readonly #owns: boolean;

  /**
   * @param source options, or the settings of the driver that this connection belongs to.
   * @throws ConfigurationError that names the option at fault.
   */
  constructor(
    source: ConnectionOptions | Settings,
    place: ConnectionPlace & {
      readonly [HOOKS]?: Hooks;
      readonly [SECRETS]?: Hooks['secrets'];
      readonly [LIMITER]?: Limiter | undefined;
    } = {},
  ) {
    this.#owns = !(source instanceof Settings);
    this.#settings = source instanceof Settings ? source : Settings.from(source);
    const endpoint = own(place, 'endpoint');
    this.#endpoint =
      endpoint === undefined && this.#settings.endpoint !== undefined
        ? this.#settings.endpoint
        : checkedEndpoint(endpoint as string | URL);
    this.#origin = originOf(this.#endpoint);
    this.#basePath = this.#endpoint.pathname.replace(/\/+$/, '');
    this.#purpose = own(place, 'purpose') ?? 'request';
    this.#nested = nestedOptions(this.#settings, {});
    this.#limiter =
      place[LIMITER] ??
      this.#settings.limiterFor(`${this.constructor.name} ${this.#purpose} ${this.#endpoint.href}`);
    this.#hooks = place[HOOKS] ?? {
      defaultHeaders: (context) => this.defaultHeaders(context),
      defaultQuery: (context) => this.defaultQuery(context),
      encodeBody: (json) => this.encodeBody(json),
      authorize: (headers, context) => this.authorize(headers, context),
      sign: (request, context) => this.sign(request, context),
      renew:
        this.renew === BaseConnection.prototype.renew
          ? undefined
          : (context, sent) => this.renew(context, sent),
      isSuccess: (status, context) => this.isSuccess(status, context),
      parseError: (answer) => this.parseError(answer),
      parseBody: (body, context) => this.parseBody(body, context),
      retryable: (error, attempt) => this.retryable(error, attempt),
      secrets: () => [...(place[SECRETS]?.() ?? []), ...this.secrets()],
    };
  }

  /** Where the API is. A copy: changing it changes nothing. */
  get endpoint(): URL {
    return new URL(this.#endpoint);
  }

  /**
   * Sends a request and answers with its decoded body.
   * @throws ConfigurationError: nothing was sent, unless its message says otherwise. TransportError: no answer came. ResponseError: the answer is a failure.
   * `signal.reason`, whatever that is, if the signal aborted; the body's own error, if reading it failed.
   */
  async request<T = unknown>(spec: RequestSpec, call?: CallOptions): Promise<SdkResponse<T>> {
    let context;
    try {
      context = build(
        {
          hooks: this.#hooks,
          settings: this.#settings,
          origin: this.#origin,
          basePath: this.#basePath,
          purpose: this.#purpose,
          nested: this.#nested,
          limiter: this.#limiter,
        },
        spec,
        call,
      );
    } catch (error) {
      discardBody((spec as RequestSpec | undefined)?.body);
      throw error;
    }
    return (await runStages(context)) as SdkResponse<T>;
  }

  /**
   * Which way a request would take now, and which setting decides: the call's, this connection's as they are at this moment, or the
   * environment. No socket is opened.
   * @param target where to. @default the endpoint
   * @param call as the request would have them; only `httpProxy` and `noProxy` matter.
   * @throws ConfigurationError, ProxyError as the request would.
   */
  async explainProxy(target?: string | URL, call?: CallOptions): Promise<ProxyExplanation> {
    const origin = target === undefined ? this.#origin : originOf(target);
    const levels = {
      call: call === undefined ? undefined : callLevelOf(call),
      instance: this.#settings.level,
      env: this.#settings.env,
    };
    return explainLevels(origin, levels, this.#purpose);
  }

  /**
   * A connection for nested requests (identity, tokens, metadata): it goes the same way, with the same TLS settings, timeouts
   * and transport, and has none of this class's hooks (but keeps its secrets out of errors). In a hook, make its requests with `context.nested`.
   */
  derive(place: { readonly endpoint: string | URL; readonly purpose: string }): BaseConnection {
    return new BaseConnection(this.#settings, {
      endpoint: own(place, 'endpoint'),
      purpose: own(place, 'purpose'),
      [SECRETS]: this.#hooks.secrets,
      [LIMITER]: this.#settings.newLimiter(),
    });
  }

  /** The proxy for every request that follows; those in flight keep theirs. `undefined`: the environment decides. */
  setHttpProxy(httpProxy: HttpProxy | undefined): void {
    this.#settings.setHttpProxy(httpProxy);
  }

  /**
   * A view: the same endpoint, hooks and sockets, with defaults of its own. Closing it closes nothing. Methods that a
   * subclass adds are not on it.
   */
  with(overrides: ViewOptions): BaseConnection {
    return new BaseConnection(this.#settings.view(overrides), {
      endpoint: this.#endpoint,
      purpose: this.#purpose,
      [HOOKS]: this.#hooks,
      [LIMITER]: this.#limiter,
    });
  }

  /** Ends every socket of a connection that was made from options. If it belongs to a driver, close the driver instead. */
  async close(): Promise<void> {
    if (this.#owns) await this.#settings.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Headers of each request, over the SDK's own and under those of the request and the call. */
  protected defaultHeaders(_context: HookContext): HeaderRecord {
    return NO_HEADERS;
  }

  /** A query for each request, before its own. */
  protected defaultQuery(_context: HookContext): Query {
    return NO_QUERY;
  }

  /** How `json` is encoded. @throws ConfigurationError if it cannot be. */
  protected encodeBody(json: unknown): EncodedBody {
    return { body: encodeJson(json), contentType: 'application/json' };
  }

  /** Adds credentials, for each attempt: `headers.set('Authorization', …)`. Make nested requests with `context.nested`. */
  protected authorize(_headers: HeaderBag, _context: HookContext): void | Promise<void> {}

  /** Signs the request as it will be sent, for each attempt. Nothing changes its headers afterwards. */
  protected sign(_request: SignableRequest, _context: HookContext): void | Promise<void> {}

  /**
   * Called once for each request that the provider refused with 401: may it be sent again, after another `authorize`?
   * @param sent the headers that were refused, the token among them.
   * @returns `true`: it is sent again, if its body can be opened again. @default false
   */
  protected renew(_context: HookContext, _sent: HeaderBag): boolean | Promise<boolean> {
    return false;
  }

  /** Which statuses are success. @default 200 to 299 */
  protected isSuccess(status: number, _context: HookContext): boolean {
    return status >= 200 && status < 300;
  }

  /** Reads a provider's error body. @default the shapes that most of them share */
  protected parseError(answer: FailedAnswer): ProviderError {
    return commonError(answer.body);
  }

  /** Changes a decoded body, for example removes an envelope. */
  protected parseBody(body: unknown, _context: HookContext): unknown {
    return body;
  }

  /** Overrules whether an error is temporary, so that sending again may help; `undefined`: the usual rules decide. */
  protected retryable(_error: SdkError, _attempt: number): boolean | undefined {
    return undefined;
  }

  /** Values that must never be shown: they are removed from the provider's texts in errors. */
  protected secrets(): readonly string[] {
    return [];
  }
}
