/** The engine that a program is told to use by the variable ENGINE. */
import { AxiosTransport, type SocketOptions, type Transport } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';

export const ENGINES = ['AxiosTransport', 'UndiciTransport'] as const;

export function makeTransport(options: SocketOptions = {}): Transport {
  return process.env['ENGINE'] === 'UndiciTransport'
    ? new UndiciTransport(options)
    : new AxiosTransport(options);
}
