/** The engines that every kind of proxy is driven through. */
import { AxiosTransport, type Transport } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';

export interface Engine {
  readonly name: string;
  open(): Transport;
}

export const ENGINES: readonly Engine[] = [
  { name: 'AxiosTransport', open: () => new AxiosTransport() },
  { name: 'UndiciTransport', open: () => new UndiciTransport() },
];
