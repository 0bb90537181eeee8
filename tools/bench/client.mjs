/**
 * One client in a process of its own: `node client.mjs <peer> <task as JSON>`. A message { requests } runs a window of that many
 * and answers with its figures; { close } closes the client and answers {}.
 */
import { measure } from './window.mjs';

const [name = '', task = '{}'] = process.argv.slice(2);
const { open } = /** @type {{ open: import('./peer.js').Open }} */ (
  await import(`./peers/${name}.mjs`)
);
/** @type {import('./peer.js').Task} */
const { concurrency, ...rest } = JSON.parse(task);
const peer = open({ ...rest, concurrency });

process.on('message', async (/** @type {{ requests?: number }} */ { requests }) => {
  if (requests !== undefined) process.send?.(await measure(peer, { requests, concurrency }));
  else {
    await peer.close();
    process.send?.({});
  }
});
process.once('disconnect', () => process.exit());
process.send?.({});
