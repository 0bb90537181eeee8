/** The face of `@sdk/common`. Named exports only. */
export {
  AuthenticationError,
  ConfigurationError,
  ConflictError,
  ConnectionError,
  IntegrityError,
  isSdkError,
  MalformedResponseError,
  NotFoundError,
  OperationError,
  PermissionError,
  PreconditionError,
  ProxyError,
  RateLimitError,
  ResponseError,
  SdkError,
  ServerError,
  TimeoutError,
  TlsError,
  TransportError,
  UnsupportedError,
  ValidationError,
} from './errors.js';
export type {
  ProxyPhase,
  RateLimit,
  RequestSent,
  ResponseErrorInit,
  SdkErrorByCode,
  SdkErrorCode,
  SdkErrorInit,
  TimeoutPhase,
  TransportErrorInit,
} from './errors.js';
export type { AttemptFacts, DecidedBy, DecisionFacts, Timings, Way } from './facts.js';
export { originOf } from './origin.js';
export type { Origin } from './origin.js';
export { ProxyServer } from './proxy-server.js';
export type { ProxyProtocol, ProxyServerInit } from './proxy-server.js';
export { routeTo } from './route.js';
export type { Route } from './route.js';
export type { TlsOptions } from './tls-options.js';
export { AxiosTransport } from './transport/axios-transport.js';
export type { AxiosTransportOptions } from './transport/axios-transport.js';
export { ResponseHeaders } from './transport/response-headers.js';
export { DEFAULT_TIMEOUTS } from './transport/timeouts.js';
export type { Timeouts } from './transport/timeouts.js';
export type { Transport, TransportRequest, TransportResponse } from './transport/transport.js';
