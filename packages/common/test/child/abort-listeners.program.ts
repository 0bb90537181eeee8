/** Two listeners of one signal, of which the first throws. Prints who was called, and what was uncaught. */
import { onAbort } from '@sdk/common';

const called: string[] = [];
const uncaught: string[] = [];
process.on('uncaughtException', (error) => uncaught.push(error.message));

const controller = new AbortController();
onAbort(controller.signal, () => {
  called.push('first');
  throw new Error('of the first');
});
onAbort(controller.signal, () => void called.push('second'));
controller.abort();
setImmediate(() => process.stdout.write(JSON.stringify({ called, uncaught })));
