/** A server that breaks off within its answer, and what a client that really met a reset says of it. */
import { setImmediate as turn } from 'node:timers/promises';
import type { ConnectionScript, RelayCut } from '@sdk/testing';

/** A FIN, behind a goodbye where there is TLS, and a RST. */
export const HOW: readonly RelayCut['by'][] = ['end', 'reset'];

/** Answers the first request with so many bytes of `answer`, and breaks off. */
export function cutBehind(answer: string, bytes: number, how: RelayCut['by']): ConnectionScript {
  return async (socket, api) => {
    await api.head();
    if (bytes > 0) socket.write(answer.slice(0, bytes));
    if (how === 'end') return void socket.end();
    // With bytes that were not read yet, a reset is read as an end. The client turns in the same circle as we do.
    for (let turns = 0; turns < 3; turns += 1) await turn();
    api.reset();
  };
}

/** A reset that was read as an end would have shown nothing that the end has not. */
export function causeOf(how: RelayCut['by']): { readonly cause?: object } {
  return how === 'end' ? {} : { cause: { message: 'read ECONNRESET' } };
}
