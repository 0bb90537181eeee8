/** The face of `@sdk/common`. Named exports only. */
export { onAbort } from './abort.js';
export { BoundedMap } from './bounded-map.js';
export { BaseConnection } from './connection/base-connection.js';
export type { ConnectionOptions, ConnectionPlace } from './connection/base-connection.js';
export type { Progress } from './connection/content/body.js';
export { callOptions, checkKeys } from './connection/options/call-options.js';
export { checkCallOptions } from './connection/options/checked-call.js';
export { HeaderBag } from './connection/content/header-bag.js';
export type { HeaderRecord } from './connection/content/header-bag.js';
export type {
  EncodedBody,
  FailedAnswer,
  HookContext,
  ProviderError,
  SignableRequest,
} from './connection/hooks.js';
export { Operation } from './connection/operation.js';
export type { Job, JobState } from './connection/operation.js';
export { CALL_KEYS, DEFAULT_RETRY, OPERATION_CALL_KEYS } from './connection/options/options.js';
export type {
  CallOptions,
  DriverOptions,
  LimitOptions,
  Logger,
  OperationCallOptions,
  RetryOptions,
  RetrySetting,
  TimeoutSettings,
  ViewOptions,
} from './connection/options/options.js';
export { paginate } from './connection/pagination.js';
export type { Pages } from './connection/pagination.js';
export type {
  BodyStream,
  Expectation,
  RequestBody,
  RequestSpec,
  SdkResponse,
} from './connection/request-spec.js';
export { percentEncode } from './connection/content/request-target.js';
export type { Query, QueryValue } from './connection/content/request-target.js';
export { Settings } from './connection/settings/settings.js';
export { TokenSource } from './connection/token-source.js';
export type { Token, TokenSourceOptions } from './connection/token-source.js';
export type { XmlDecodeOptions } from './connection/content/xml-decode.js';
export { buildXml } from './connection/content/xml-encode.js';
export type { XmlRecord, XmlValue } from './connection/content/xml-encode.js';
export { BaseDriver } from './driver/base-driver.js';
export { defineCapabilities, requireCapability } from './driver/capabilities.js';
export type { Capabilities, Limitation } from './driver/capabilities.js';
export { mayHaveBeenDoneBefore } from './driver/done-before.js';
export { createRegistry } from './driver/registry.js';
export type { Loaders, Registry } from './driver/registry.js';
export { totalPassed } from './driver/under-total.js';
export {
  addHint,
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
export { originOf } from './route/origin.js';
export type { Origin } from './route/origin.js';
export { kindOf, quoted } from './option-keys.js';
export { explainProxy } from './proxy/explain.js';
export type { ExplainedLevel, ProxyExplanation } from './proxy/explain.js';
export { resolveProxy } from './proxy/resolve.js';
export type { PlainProxyLevel, PlainProxyLevels, ProxyLevels } from './proxy/resolve.js';
export { parseProxyUrl } from './proxy/url.js';
export type { ProxyCandidate, ProxyDecision } from './proxy/decision.js';
export type { Environment, VariableState } from './proxy/environment.js';
export type { ProxyLevel } from './proxy/level.js';
export type { ProxyOptions } from './proxy/options.js';
export type {
  HttpProxy,
  PlainHttpProxy,
  ProxyAnswer,
  ProxyPlace,
  ProxyQuestion,
  ProxySelector,
} from './proxy/setting.js';
export type {
  AuthorizationCredentials,
  NegotiateCredentials,
  PasswordCredentials,
  ProxyCredentials,
  ProxyCredentialsRequest,
  ProxyCredentialsSource,
  TokenCredentials,
} from './route/proxy-credentials.js';
export { ProxyServer } from './route/proxy-server.js';
export type { ProxyProtocol, ProxyServerInit } from './route/proxy-server.js';
export { routeTo } from './route/route.js';
export type { Route } from './route/route.js';
export type { TlsOptions } from './route/tls-options.js';
export { CHANNELS } from './telemetry/events.js';
export type { AttemptEvent, SocketEvent, WarningCode, WarningEvent } from './telemetry/events.js';
export { AxiosTransport } from './transport/axios-transport.js';
export type { AxiosTransportOptions } from './transport/axios-transport.js';
export { ResponseHeaders } from './transport/response-headers.js';
export type { SocketOptions } from './transport/socket-options.js';
export { DEFAULT_TIMEOUTS } from './transport/timeouts.js';
export type { Timeouts } from './transport/timeouts.js';
export type { Transport, TransportRequest, TransportResponse } from './transport/transport.js';
