/** The root of the error tree: what every error is and shows. */
import type { AttemptFacts, DecisionFacts } from '../facts.js';

/** Every code an error of the SDK can carry; a closed union, one per class. */
export type SdkErrorCode =
  | 'SDK_CONFIGURATION'
  | 'SDK_TIMEOUT'
  | 'SDK_PROXY'
  | 'SDK_TLS'
  | 'SDK_CONNECTION'
  | 'SDK_RESPONSE'
  | 'SDK_AUTHENTICATION'
  | 'SDK_PERMISSION'
  | 'SDK_NOT_FOUND'
  | 'SDK_CONFLICT'
  | 'SDK_PRECONDITION'
  | 'SDK_VALIDATION'
  | 'SDK_RATE_LIMIT'
  | 'SDK_SERVER'
  | 'SDK_MALFORMED_RESPONSE'
  | 'SDK_INTEGRITY'
  | 'SDK_OPERATION'
  | 'SDK_UNSUPPORTED';

/** Marks errors of the SDK across copies of the package, where `instanceof` would fail. */
const BRAND = Symbol.for('@sdk/common.error');
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** What every error may be given. */
export interface SdkErrorInit {
  /** What to do about it, in one sentence. */
  readonly hint?: string | undefined;
  /** The error below this one; it must be free of secrets. */
  readonly cause?: unknown;
  readonly decision?: DecisionFacts | undefined;
}

/** The root of every error that the SDK throws. */
export abstract class SdkError extends Error {
  abstract readonly code: SdkErrorCode;
  /** What to do about it, in one sentence. */
  declare readonly hint?: string;
  /** The proxy decision for the request. Set by the connection. */
  declare decision?: DecisionFacts;
  /** Every attempt, first to last, if there was more than one. Set by the connection. */
  declare attempts?: readonly AttemptFacts[];

  constructor(message: string, init: SdkErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = new.target.name;
    if (init.hint !== undefined) this.hint = init.hint;
    if (init.decision !== undefined) this.decision = init.decision;
    Object.defineProperty(this, 'name', { enumerable: false });
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The facts of this class beside those of every error; subclasses extend it. */
  protected facts(): Record<string, unknown> {
    return {};
  }

  /** A JSON-safe, secret-free record of the error and its causes. */
  toJSON(): Record<string, unknown> {
    return withoutUndefined({
      name: this.name,
      code: this.code,
      message: this.message,
      hint: this.hint,
      ...this.facts(),
      decision: this.decision,
      attempts: this.attempts,
      cause: causeFacts(this.cause),
    });
  }

  [INSPECT](
    _depth: unknown,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    const { name: _name, message: _message, ...facts } = this.toJSON();
    return `${this.stack ?? `${this.name}: ${this.message}`} ${inspect(facts, options)}`;
  }
}

/** Whether a value is an error of the SDK, of this copy of the package or another one. */
export function isBranded(value: unknown): value is SdkError {
  return (
    typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true
  );
}

function withoutUndefined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** An allow-list: a foreign error may have sockets, options or headers as members. */
function causeFacts(cause: unknown): unknown {
  if (cause === undefined) return undefined;
  if (isBranded(cause)) return cause.toJSON();
  if (cause instanceof Error) {
    const { code } = cause as { code?: unknown };
    return withoutUndefined({
      name: cause.name,
      message: cause.message,
      code: typeof code === 'string' ? code : undefined,
    });
  }
  return { message: typeof cause === 'string' ? cause : typeof cause };
}
