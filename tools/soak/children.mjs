/** Processes that are asked by message and answer by message. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @param {string} file beside this one
 * @param {string[]} [args]
 * @param {string[]} [execArgv]
 */
export function start(file, args = [], execArgv = []) {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv });
}

/**
 * The next message of a process.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<any>}
 */
export function answerOf(child) {
  return new Promise((resolve, reject) => {
    const onExit = (/** @type {number | null} */ code) =>
      reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {object} question
 */
export function ask(child, question) {
  const answer = answerOf(child);
  child.send(question);
  return answer;
}

/**
 * Waits until a process has ended.
 * @param {import('node:child_process').ChildProcess} child
 */
export async function ended(child) {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
