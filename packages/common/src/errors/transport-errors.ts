/** No answer came back: which way it failed, and whether the origin may have seen the request. */
import type { RequestSent } from '../facts.js';
import { SdkError, type SdkErrorInit } from './sdk-error.js';

/** What every transport error is given. */
export interface TransportErrorInit extends SdkErrorInit {
  readonly requestSent: RequestSent;
  readonly retryable: boolean;
  readonly reusedSocket?: boolean | undefined;
}

/** No answer came back. */
export abstract class TransportError extends SdkError {
  /** Whether the origin may have received the last attempt; `attempts` says this for earlier ones. */
  readonly requestSent: RequestSent;
  /** Whether the same request may succeed later; whether it may be sent again also depends on `requestSent`. */
  readonly retryable: boolean;
  /** `true` if the socket had carried a request before, so that the peer may have closed it meanwhile. */
  declare readonly reusedSocket?: boolean;

  constructor(message: string, init: TransportErrorInit) {
    super(message, init);
    this.requestSent = init.requestSent;
    this.retryable = init.retryable;
    if (init.reusedSocket === true) this.reusedSocket = true;
  }

  protected override facts(): Record<string, unknown> {
    return {
      requestSent: this.requestSent,
      retryable: this.retryable,
      reusedSocket: this.reusedSocket,
    };
  }
}

/**
 * Which timer fired: see `Timeouts`. `pool` is also the wait for a turn under `limits`, `proxy` also that for a PAC file, and
 * `idle` also a body that nobody began to read.
 */
export type TimeoutPhase = 'pool' | 'proxy' | 'connect' | 'headers' | 'idle' | 'total';

/** A timer fired. `cause` is set only if the next attempt would have come too late: it is the last failure. */
export class TimeoutError extends TransportError {
  readonly code = 'SDK_TIMEOUT';
  readonly phase: TimeoutPhase;
  /** The limit that passed, in milliseconds; for a body that nobody began to read, how long it stayed unread. */
  readonly timeoutMs: number;

  constructor(
    message: string,
    init: TransportErrorInit & { readonly phase: TimeoutPhase; readonly timeoutMs: number },
  ) {
    super(message, init);
    this.phase = init.phase;
    this.timeoutMs = init.timeoutMs;
  }

  protected override facts(): Record<string, unknown> {
    return { ...super.facts(), phase: this.phase, timeoutMs: this.timeoutMs };
  }
}

/**
 * Where the request to the proxy failed: its name or its PAC file, TCP, TLS, its credentials, or (`tunnel`) CONNECT, the SOCKS
 * handshake and what a forward proxy answered itself.
 */
export type ProxyPhase = 'resolve' | 'connect' | 'tls' | 'auth' | 'tunnel';

/**
 * The proxy failed or refused; over CONNECT this can never be the provider's answer. The origin has received nothing, except in the
 * phase `tunnel` of a forward proxy (absolute-form), which may have passed the request on: `requestSent` says so.
 */
export class ProxyError extends TransportError {
  readonly code = 'SDK_PROXY';
  readonly phase: ProxyPhase;
  /** The proxy without credentials, e.g. `http://proxy.corp:3128`; if a function of yours threw, the name of its option. */
  readonly proxy: string;
  /** The status that the proxy itself answered. */
  declare readonly status?: number;
  /** Whether the proxy works but refused: that is its answer, so the next of a list is not tried. */
  readonly refused: boolean;
  /** In the phase `auth` of an HTTP proxy: the schemes that it offers, as it spells them, e.g. `['Basic', 'Digest']`. */
  declare readonly schemes?: readonly string[];
  /** In the phase `auth` of an HTTP proxy: what was sent, in order, e.g. `['Basic', 'Digest SHA-256']`; empty where nothing was. */
  declare readonly tried?: readonly string[];

  constructor(
    message: string,
    init: TransportErrorInit & {
      readonly phase: ProxyPhase;
      readonly proxy: string;
      readonly status?: number | undefined;
      /** @default false */
      readonly refused?: boolean | undefined;
      readonly schemes?: readonly string[] | undefined;
      readonly tried?: readonly string[] | undefined;
    },
  ) {
    super(message, init);
    this.phase = init.phase;
    this.proxy = init.proxy;
    this.refused = init.refused ?? false;
    if (init.status !== undefined) this.status = init.status;
    if (init.schemes !== undefined) this.schemes = Object.freeze([...init.schemes]);
    if (init.tried !== undefined) this.tried = Object.freeze([...init.tried]);
  }

  protected override facts(): Record<string, unknown> {
    return {
      ...super.facts(),
      phase: this.phase,
      proxy: this.proxy,
      status: this.status,
      refused: this.refused || undefined,
      schemes: this.schemes,
      tried: this.tried,
    };
  }
}

/** The origin's certificate or handshake failed, before anything was sent; `reason` is OpenSSL's or Node's own code. */
export class TlsError extends TransportError {
  readonly code = 'SDK_TLS';
  /** E.g. `SELF_SIGNED_CERT_IN_CHAIN`, `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
  readonly reason: string;

  constructor(message: string, init: TransportErrorInit & { readonly reason: string }) {
    super(message, init);
    this.reason = init.reason;
  }

  protected override facts(): Record<string, unknown> {
    return { ...super.facts(), reason: this.reason };
  }
}

/** The connection to the origin was refused or reset, its name was not found, or its answer was not HTTP. */
export class ConnectionError extends TransportError {
  readonly code = 'SDK_CONNECTION';
  /** Node's own code, e.g. `ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, `HPE_INVALID_CONSTANT`. */
  readonly reason: string;

  constructor(message: string, init: TransportErrorInit & { readonly reason: string }) {
    super(message, init);
    this.reason = init.reason;
  }

  protected override facts(): Record<string, unknown> {
    return { ...super.facts(), reason: this.reason };
  }
}
