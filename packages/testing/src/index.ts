export { answerJson } from './answer-json.js';
export { createCertificateAuthority, createSelfSignedCertificate } from './certificates.js';
export type { CertificateAuthority, IssuedCertificate, IssueOptions } from './certificates.js';
export { chaos } from './chaos.js';
export type { ChaosFault, ChaosOptions, ChaosTransport } from './chaos.js';
export { digestGate } from './digest-gate.js';
export type { DigestGate, DigestGateOptions } from './digest-gate.js';
export type { Gate, Verdict } from './gated.js';
export type { LoopbackHost, ServerTls } from './loopback.js';
export { startOrigin } from './origin.js';
export type { Origin, OriginOptions } from './origin.js';
export { defaultHandler, patternBytes } from './origin-routes.js';
export type { Echo } from './origin-routes.js';
export { startProxy } from './proxy.js';
export type { Proxy, ProxyOptions, ProxyStats, RecordedProxyRequest } from './proxy.js';
export type { RecordedRequest } from './recorded-request.js';
export { startRelay } from './relay.js';
export type { Relay, RelayCut, Relayed } from './relay.js';
export { startScriptedProxy } from './scripted-proxy.js';
export type {
  ConnectionScript,
  RequestHead,
  ScriptApi,
  ScriptedConnection,
  ScriptedProxy,
  ScriptedProxyOptions,
} from './scripted-proxy.js';
export { scripts } from './scripts.js';
export type { TunnelScriptOptions } from './scripts.js';
export { startSocks } from './socks.js';
export type { Socks, SocksOptions, SocksRequest } from './socks.js';
export { until } from './until.js';
export { testComputeDriver } from './contracts/compute.js';
export type { ComputeContract } from './contracts/compute.js';
export { testDnsDriver } from './contracts/dns.js';
export type { DnsContract } from './contracts/dns-bench.js';
export { testStorageDriver } from './contracts/storage.js';
export type { StorageContract, StorageGap, UrlAnswer } from './contracts/storage-bench.js';
export { testTransport } from './contracts/transport.js';
export { attempt, serverAt } from './contracts/transport-attempt.js';
export type { Attempt } from './contracts/transport-attempt.js';
export type {
  AnswerFunction,
  ArrivedRequest,
  PlayedAnswer,
  TransportCapabilities,
  TransportContract,
  TransportFactory,
} from './contracts/transport-contract.js';
export type {
  ExpectFunction,
  Matchers,
  PlainMatchers,
  Runner,
  TestFunction,
} from './contracts/runner.js';
