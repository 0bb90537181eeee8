/**
 * What a request carries from stage to stage: one object that is never changed. A stage that learns something passes on a
 * changed copy; only the journal grows.
 */
import type { DecisionFacts } from '../facts.js';
import type { ProxyCandidate, ProxyDecision } from '../proxy/decision.js';
import type { CompiledLevel } from '../proxy/level.js';
import type { Route } from '../route/route.js';
import type { Timeouts } from '../transport/timeouts.js';
import type { Body, Progress } from './content/body.js';
import type { HeaderBag } from './content/header-bag.js';
import type { HookContext, Hooks } from './hooks.js';
import type { Journal } from './journal.js';
import type { RetryOptions } from './options/options.js';
import type { Expectation, SdkResponse } from './request-spec.js';
import type { Limiter } from './settings/limiter.js';
import type { Settings } from './settings/settings.js';

/** One request on its way down the stages. */
export interface RequestContext extends HookContext {
  // from build
  readonly hooks: Hooks;
  readonly settings: Settings;
  /** `undefined`: nothing is limited. */
  readonly limiter: Limiter | undefined;
  /** The request-target, sent byte for byte. */
  readonly path: string;
  /** Flat, before credentials. */
  readonly headers: readonly string[];
  readonly body: Body | undefined;
  readonly expect: Expectation;
  readonly limitBytes: number;
  readonly idempotent: boolean;
  readonly timeouts: Timeouts;
  readonly retry: RetryOptions;
  readonly callLevel: CompiledLevel | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly journal: Journal;
  // from redirect
  /** The requests before this hop, as `METHOD URL`. */
  readonly hops: readonly string[];
  /** Whether credentials, signature and client certificate are left out, because a redirect has left the origin. */
  readonly withheld: boolean;
  // from deadline
  /** When the total passes, on the clock of `performance.now()`. */
  readonly deadlineAt: number | undefined;
  // from decide and failover
  readonly choice: ProxyDecision | undefined;
  readonly decision: DecisionFacts | undefined;
  readonly candidate: ProxyCandidate | undefined;
  // from route
  readonly route: Route | undefined;
  // from stale
  /** Whether the socket must be a new one. */
  readonly freshSocket: boolean;
  // from credentials and sign
  readonly bag: HeaderBag | undefined;
}

/** Runs the stages that follow. */
export type Next = (context: RequestContext) => Promise<SdkResponse>;

/** One stage. Below `decode` the body of its answer is the raw stream; above it is what the caller asked for. */
export type Stage = (context: RequestContext, next: Next) => Promise<SdkResponse>;
