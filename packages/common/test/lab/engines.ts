/** The engines that every kind of proxy is driven through. */
import { AxiosTransport, type Transport } from '@sdk/common';

export interface Engine {
  readonly name: string;
  open(): Transport;
}

export const ENGINES: readonly Engine[] = [
  { name: 'AxiosTransport', open: () => new AxiosTransport() },
];
