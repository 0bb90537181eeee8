/** Two proxies, of which one at a time dies and comes back on its port. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerOf, ask, ended, start } from './children.mjs';

const ALIVE_MS = 700;
const DEAD_MS = 300;

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
  let running = true;
  let deaths = 0;
  const dying = (async () => {
    while (running) {
      await sleep(ALIVE_MS);
      await proxies[deaths % 2]?.restart();
      deaths += 1;
    }
  })();
  return {
    ports: proxies.map(({ port }) => port),
    /** Both live on; answers what they were, and what is open. */
    async stop() {
      running = false;
      await dying;
      const reports = await Promise.all(proxies.map((proxy) => proxy.report()));
      return {
        deaths,
        carried: proxies.map(({ carried }) => carried),
        left: reports.reduce((all, { open }) => all + open, 0),
      };
    },
    end: () => Promise.all(proxies.map((proxy) => proxy.kill())),
  };
}
