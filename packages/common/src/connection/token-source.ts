/** A token that many requests share, fetched when it is needed. */
import { ConfigurationError } from '../errors.js';
import { checkKeys, checkRecord, kindOf, own, seen } from '../option-keys.js';
import type { CompiledLevel } from '../proxy/level.js';
import { compileLevel } from '../proxy/level.js';
import type { HookContext } from './hooks.js';
import { madeBy, sharedOptions } from './nested.js';
import type { Settings } from './settings/settings.js';

/** What a fetch answers. */
export interface Token<T = string> {
  readonly value: T;
  /** When it expires: a Date, or milliseconds since 1970. Left out: it is kept until `forget`. */
  readonly expiresAt?: Date | number | undefined;
}

/** How a token is kept. */
export interface TokenSourceOptions {
  /**
   * How long before it expires a token is replaced, in milliseconds from 0.
   * @default a tenth of the time that it has left when it is fetched, at most 300000 (5 minutes)
   */
  readonly earlyMs?: number | undefined;
}

/** A running fetch, and the way that it goes. */
interface Flight<T> {
  readonly level: CompiledLevel;
  readonly settings: Settings | undefined;
  readonly token: Promise<T>;
}

const MOST_EARLY_MS = 300_000;
/** A point in time below this is in 1973 or earlier: most likely seconds. */
const FIRST_PLAUSIBLE_MS = 100_000_000_000;

/**
 * Caches one token for a connection, and fetches it once for all requests that need it at the same time. Requests share a
 * fetch only if they go the same way: the `httpProxy` or `noProxy` of a call or a view holds for its token too.
 *
 * ```ts
 * readonly #tokens = new TokenSource(async (context) => {
 *   const { body } = await this.derive({ endpoint, purpose: 'identity' }).request<Login>(login, context.nested);
 *   return { value: body.token, expiresAt: Date.parse(body.expires_at) };
 * });
 * protected override async authorize(headers: HeaderBag, context: HookContext): Promise<void> {
 *   headers.set('X-Auth-Token', await this.#tokens.get(context));
 * }
 * protected override renew(_context: HookContext, sent: HeaderBag): boolean {
 *   this.#tokens.forget(sent.get('X-Auth-Token'));
 *   return true;
 * }
 * ```
 */
export class TokenSource<T = string> {
  readonly #fetch: (context: HookContext) => Promise<Token<T>>;
  readonly #earlyMs: number | undefined;
  #held: { readonly value: T; readonly until: number } | undefined;
  #flights: readonly Flight<T>[] = [];

  /**
   * @param fetch asks for a token. Its context has the way of the request that needs it, but neither its signal nor its
   * timeouts and retries, since other requests wait for it too: if one is aborted, or its total passes, the others go on.
   * @throws ConfigurationError that names the option at fault.
   */
  constructor(
    fetch: (context: HookContext) => Promise<Token<T>>,
    options: TokenSourceOptions = {},
  ) {
    if (typeof fetch !== 'function') {
      throw new ConfigurationError(`A TokenSource needs a function, not ${kindOf(fetch)}`, {
        field: 'fetch',
        hint: 'Write new TokenSource(async (context) => ({ value, expiresAt })).',
      });
    }
    checkKeys(options, ['earlyMs'], 'TokenSource');
    const earlyMs = own(options, 'earlyMs');
    if (earlyMs !== undefined && !(typeof earlyMs === 'number' && earlyMs >= 0)) {
      throw new ConfigurationError(
        `earlyMs must be a number of milliseconds from 0, not ${seen(earlyMs)}`,
        { field: 'earlyMs' },
      );
    }
    this.#fetch = fetch;
    this.#earlyMs = earlyMs;
  }

  /**
   * The token for a request: at once if there is one, otherwise a promise. The request's own signal and total limit how long
   * `authorize` waits for it.
   * @throws the error of the fetch. A failure is not cached: the next request tries again.
   */
  get(context: HookContext): T | Promise<T> {
    const held = this.#held;
    if (held !== undefined && Date.now() < held.until) return held.value;
    const { nested } = context;
    const level = compileLevel(nested, 'call');
    const settings = madeBy(nested);
    const flight = this.#flights.find((each) => each.level === level && each.settings === settings);
    return flight === undefined ? this.#begin(context, level, settings) : flight.token;
  }

  /**
   * Drops a token that was refused, if it is still the current one. So a hundred refusals of one token cause one fetch.
   */
  forget(value: T | undefined): void {
    if (this.#held !== undefined && this.#held.value === value) this.#held = undefined;
  }

  #begin(context: HookContext, level: CompiledLevel, settings: Settings | undefined): Promise<T> {
    const token = this.#fetched(context);
    const flight: Flight<T> = { level, settings, token };
    this.#flights = [...this.#flights, flight];
    const landed = (): void => {
      this.#flights = this.#flights.filter((each) => each !== flight);
    };
    // Perhaps nobody waits any longer; then a failure must not be an unhandled rejection.
    token.then(landed, landed);
    return token;
  }

  async #fetched({ method, origin, purpose, spec, attempt, nested }: HookContext): Promise<T> {
    const shared = sharedOptions(nested);
    const token = await this.#fetch(
      Object.freeze({ method, origin, purpose, spec, attempt, signal: undefined, nested: shared }),
    );
    const now = Date.now();
    const { value, endsAt } = checked(token);
    const earlyMs = this.#earlyMs ?? Math.min(MOST_EARLY_MS, (endsAt - now) / 10);
    this.#held = { value, until: endsAt - earlyMs };
    return value;
  }
}

/** @throws ConfigurationError that says what the fetch answered instead of a token, without showing it. */
function checked<T>(token: Token<T>): { readonly value: T; readonly endsAt: number } {
  checkRecord(token, 'What a TokenSource fetched');
  const value = own(token as Token<T>, 'value');
  if (value === undefined || value === null || value === '') {
    throw new ConfigurationError(`What a TokenSource fetched has ${kindOf(value)} as its value`, {
      field: 'value',
      hint: 'Answer { value, expiresAt }, or throw where the service gave no token.',
    });
  }
  const expiresAt: unknown = own(token as Token<T>, 'expiresAt');
  if (expiresAt === undefined) return { value, endsAt: Infinity };
  const endsAt = expiresAt instanceof Date ? expiresAt.getTime() : expiresAt;
  if (typeof endsAt === 'number' && (endsAt >= FIRST_PLAUSIBLE_MS || endsAt === 0))
    return { value, endsAt };
  throw new ConfigurationError(
    `expiresAt of a token must be a Date or milliseconds since 1970, this is ${
      expiresAt instanceof Date ? 'a Date that cannot be read' : seen(expiresAt)
    }`,
    { field: 'expiresAt', hint: 'Of seconds to live, make Date.now() + seconds * 1000.' },
  );
}
