/** One soak: the processes are started, the client works, everybody says what they saw, and it is judged. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createCertificateAuthority } from '@sdk/testing';
import { ask, ended, start } from './children.mjs';
import { startProxies } from './proxies.mjs';
import { judge } from './verdict.mjs';

/** A client that has closed everything ends at once. */
const ENDS_WITHIN_MS = 5_000;

/**
 * @typedef {{
 *   calls: number,
 *   engine: string,
 *   seconds: number,
 *   outcomes: Uint8Array,
 *   processed: Uint8Array,
 *   mixedUp: number,
 *   repeated: number,
 *   longestMs: number,
 *   deaths: number,
 *   carried: number[],
 *   left: number,
 *   endsByItself: boolean,
 *   samples: import('./verdict.mjs').Sample[],
 *   wrongs: string[],
 * }} Soak
 */

/**
 * @param {{ calls: number, engine: string }} what
 * @returns {Promise<Soak>}
 */
export async function soak({ calls, engine }) {
  const startedAt = performance.now();
  const authority = await createCertificateAuthority();
  const { cert, key } = await authority.issue({ hosts: ['127.0.0.1'] });
  const origin = start('origin.mjs');
  const { https, http } = await ask(origin, { cert, key, calls });
  const proxies = await startProxies();
  const client = start('client.mjs', [], ['--expose-gc']);
  const task = { calls, engine, ca: authority.cert, https, http, proxies: proxies.ports };
  const { outcomes: text, ...told } = await ask(client, task);
  // The transport is closed and the client still there, so that a socket that is open now is one that close() has left. In a
  // client that had ended there would be none: the kernel closes them.
  const { deaths, carried, left } = await proxies.stop();
  client.send({ end: true });
  const endsByItself = await Promise.race([
    ended(client).then(() => true),
    sleep(ENDS_WITHIN_MS, false, { ref: false }),
  ]);
  if (!endsByItself) client.kill('SIGKILL');
  const { processed: counts } = await ask(origin, { report: true });
  await proxies.end();
  origin.disconnect();
  await ended(origin);

  const run = {
    ...told,
    outcomes: bytesOf(text),
    processed: bytesOf(counts),
    deaths,
    carried,
    left,
    endsByItself,
  };
  const seconds = (performance.now() - startedAt) / 1000;
  return { calls, engine, seconds, ...run, wrongs: judge(run) };
}

/** @param {string} base64 */
function bytesOf(base64) {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
