/** The engines that a test of what they share runs on. */
import { AxiosTransport } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';

export const ENGINES = [
  ['AxiosTransport', AxiosTransport],
  ['UndiciTransport', UndiciTransport],
] as const;
