/** The SDK's default transport, bare: one attempt over a route that was decided before. */
import { AxiosTransport } from '@sdk/common';
import { attemptOf, textOf } from './attempt.mjs';

/** @type {import('../peer.js').Open} */
export function open(task) {
  const transport = new AxiosTransport();
  const attempt = attemptOf(task);
  return {
    call: async () => JSON.parse(await textOf((await transport.send(attempt)).body)),
    close: () => transport.close(),
  };
}
