/** The SDK's default transport over an axios instance with two interceptors. */
import axios from 'axios';
import { AxiosTransport } from '@sdk/common';
import { attemptOf, textOf } from './attempt.mjs';

/** @type {import('../peer.js').Open} */
export function open(task) {
  const instance = axios.create();
  instance.interceptors.request.use((config) => {
    config.headers.set('X-Trace', 'abc');
    return config;
  });
  instance.interceptors.response.use((response) => response);
  const transport = new AxiosTransport({ axios: instance });
  const attempt = attemptOf(task);
  return {
    call: async () => JSON.parse(await textOf((await transport.send(attempt)).body)),
    close: () => transport.close(),
  };
}
