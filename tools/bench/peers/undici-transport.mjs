/** The SDK's second transport, bare: one attempt over a route that was decided before. */
import { UndiciTransport } from '@sdk/common/undici';
import { attemptOf, textOf } from './attempt.mjs';

/** @type {import('../peer.js').Open} */
export function open(task) {
  const transport = new UndiciTransport();
  const attempt = attemptOf(task);
  return {
    call: async () => JSON.parse(await textOf((await transport.send(attempt)).body)),
    close: () => transport.close(),
  };
}
