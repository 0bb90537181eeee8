/** Two proxies, of which one at a time dies and comes back on its port. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerOf, ask, ended, start } from './children.mjs';

const ALIVE_MS = 700;
const DEAD_MS = 300;
/** A proxy notices in its own time that a connection has closed. */
const SETTLE_MS = 1_500;

/** A proxy whose process is replaced when it dies. */
class Proxy {
  /** Over all its lives. */
  carried = 0;
  port = 0;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;

  async up() {
    this.#process = start('proxy.mjs', [String(this.port)]);
    ({ port: this.port } = await answerOf(this.#process));
  }

  async kill() {
    await this.report();
    if (this.#process === undefined) return;
    this.#process.kill('SIGKILL');
    await ended(this.#process);
  }

  /** @returns {Promise<{ carried: number, open: number }>} */
  async report() {
    if (this.#process === undefined) return { carried: 0, open: 0 };
    const report = await ask(this.#process, { report: true });
    this.carried += report.carried - this.#counted;
    this.#counted = report.carried;
    return report;
  }

  /** What of `carried` this life has told already. */
  #counted = 0;

  async restart() {
    await this.kill();
    this.#counted = 0;
    await sleep(DEAD_MS);
    await this.up();
  }
}

/** Starts both, and lets them die by turns until it is told to stop. */
export async function startProxies() {
  const proxies = [new Proxy(), new Proxy()];
  await Promise.all(proxies.map((proxy) => proxy.up()));
  const stopping = new AbortController();
  let deaths = 0;
  const dying = (async () => {
    while (await lived(stopping.signal)) {
      await proxies[deaths % 2]?.restart();
      deaths += 1;
    }
  })();

  /** How many connections clients have open at both. */
  async function open() {
    const reports = await Promise.all(proxies.map((proxy) => proxy.report()));
    return reports.reduce((all, report) => all + report.open, 0);
  }

  return {
    ports: proxies.map(({ port }) => port),
    /** Nobody dies any more: that would close what is left open. Answers what they were, and what stays open. */
    async stop() {
      stopping.abort();
      await dying;
      const givesUpAt = performance.now() + SETTLE_MS;
      let left = await open();
      while (left > 0 && performance.now() < givesUpAt) {
        await sleep(50);
        left = await open();
      }
      return { deaths, carried: proxies.map(({ carried }) => carried), left };
    },
    end: () => Promise.all(proxies.map((proxy) => proxy.kill())),
  };
}

/**
 * Waits for a proxy's time to die, which does not come where they are stopped before.
 * @param {AbortSignal} signal
 */
function lived(signal) {
  return sleep(ALIVE_MS, undefined, { signal }).then(
    () => true,
    () => false,
  );
}
