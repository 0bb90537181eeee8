/**
 * One client in a process of its own: `node client.mjs <peer> <task as JSON>`. A message { ms } runs a window that long and
 * answers with its figures, { requests } weighs so many; {} closes the client and is answered with {}.
 */
import { measure, weigh } from './window.mjs';

const [name = '', task = '{}'] = process.argv.slice(2);
const { open } = /** @type {{ open: import('./peer.js').Open }} */ (
  await import(`./peers/${name}.mjs`)
);
/** @type {import('./peer.js').Task} */
const whole = JSON.parse(task);
const { concurrency } = whole;
const peer = open(whole);

process.on(
  'message',
  async (/** @type {{ ms?: number, requests?: number }} */ { ms, requests }) => {
    if (ms !== undefined) process.send?.(await measure(peer, { ms, concurrency }));
    else if (requests !== undefined) process.send?.(await weigh(peer, { requests, concurrency }));
    else {
      await peer.close();
      process.send?.({});
    }
  },
);
process.once('disconnect', () => process.exit());
process.send?.({});
