/** Child processes that are asked by message and answer by message, one question at a time. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * @param {string} file beside this one
 * @param {{ args?: string[], execArgv?: string[], env?: Record<string, string> }} [options]
 */
export function start(file, { args = [], execArgv = [], env = {} } = {}) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    execArgv,
    env: { ...process.env, ...env },
  });
  const what = [file, ...args.slice(0, 1)].join(' ');
  return {
    /**
     * The next message.
     * @returns {Promise<any>}
     */
    answer: () =>
      new Promise((resolve, reject) => {
        /** @param {number | null} code */
        const onExit = (code) => reject(new Error(`${what} ended with ${code}`));
        child.once('exit', onExit);
        child.once('message', (message) => {
          child.removeListener('exit', onExit);
          resolve(message);
        });
      }),
    /**
     * @param {object} question
     * @returns {Promise<any>}
     */
    ask(question) {
      const answer = this.answer();
      child.send(question);
      return answer;
    },
    /** @returns {Promise<void>} */
    end: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}
