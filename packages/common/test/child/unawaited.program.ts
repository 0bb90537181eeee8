/**
 * Lets work fail that nobody awaits, and prints how often it did. Node itself ends the process where one such failure is a
 * rejection that nobody handles. Argument: `operations` or `transport`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BaseConnection, Operation, type Job } from '@sdk/common';

let failures = 0;

function fail(): never {
  failures += 1;
  throw new RangeError('nobody looks');
}

const failLater = async (): Promise<never> => {
  await sleep(250);
  return fail();
};

/** Operations that fail to begin, or later, and that nobody waits for, or only for a while. */
async function operations(): Promise<void> {
  const job: Job<number, string> = {
    begin: () => Promise.resolve(7),
    poll: failLater,
    pollMs: 5,
  };
  Operation.start({ ...job, begin: failLater });
  Operation.start({ ...job, begin: fail });
  // These time out before they fail.
  await Operation.start({ ...job, begin: failLater, waitMs: 5 }).catch(() => undefined);
  await Operation.start({ ...job, waitMs: 5 }).catch(() => undefined);
}

/** Calls that have ended, by their total and by their signal, when their transport fails. */
async function transport(): Promise<void> {
  const late = { name: 'late', send: failLater, close: () => Promise.resolve() };
  const connection = new BaseConnection({ endpoint: 'http://h', env: {}, transport: late });
  const get = { method: 'GET', path: '/' };
  await connection.request(get, { timeouts: { totalMs: 100 } }).catch(() => undefined);
  await connection.request(get, { signal: AbortSignal.timeout(100) }).catch(() => undefined);
}

await (process.argv[2] === 'operations' ? operations() : transport());
await sleep(600);
console.log(failures);
