/** The face of `@sdk/common/undici`: the second engine. It needs the package `undici`, an optional peer, to be installed. */
export { UndiciTransport } from './transport/undici/undici-transport.js';
export type { UndiciTransportOptions } from './transport/undici/undici-transport.js';
