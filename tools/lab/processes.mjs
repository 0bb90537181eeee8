/** Starts servers in the foreground, each in a process group of its own, and ends them all. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_MS = 60_000;
const GRACE_MS = 5_000;

// Kills the groups it was told of when its input ends: whatever becomes of the lab (kill -9 too), no server outlives it.
const KEEPER = `
groups=
while read -r verb id; do
  case $verb in
    add) groups="$groups $id" ;;
    drop) kept=; for g in $groups; do [ "$g" = "$id" ] || kept="$kept $g"; done; groups=$kept ;;
  esac
done
for g in $groups; do kill -s KILL -- "-$g"; done
`;

/**
 * @typedef {object} Command
 * @property {string} name what it is called in messages and what its log is named after
 * @property {string} command
 * @property {string[]} args
 * @property {string} [cwd]
 * @property {Record<string, string> | undefined} [env] variables beside those of this process
 * @property {() => Promise<boolean>} ready whether the server answers; asked until it does, for 60 s at most
 */

/**
 * @typedef {object} Processes
 * @property {(command: Command) => Promise<void>} launch resolves once the server answers
 * @property {{ name: string, path: string }[]} logs
 * @property {() => string[]} ended the names of the servers that have ended, though nobody stopped them
 * @property {() => Promise<void>} stop ends every server; resolves when the last one is gone
 */

/**
 * The lab's own processes, with their logs in `dir`.
 *
 * @param {string} dir
 * @returns {Processes}
 */
export function createProcesses(dir) {
  const keeper = spawn('/bin/sh', ['-c', KEEPER], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  /** @type {{ name: string, pid: number, alive: boolean, closed: Promise<void> }[]} */
  const running = [];
  /** @type {{ name: string, path: string }[]} */
  const logs = [];
  let stopping = false;

  /** @param {Command} options */
  async function launch({ name, command, args, cwd, env, ready }) {
    if (stopping) throw new Error(`${name} was not started, since the lab is stopping`);
    const path = join(dir, `${name}.log`);
    logs.push({ name, path });
    const log = openSync(path, 'a');
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    /** @type {string | undefined} */
    let ending;
    const closed = new Promise((/** @type {(value: void) => void} */ resolve) => {
      child.once('error', (error) => {
        ending = error.message;
        resolve();
      });
      child.once('exit', (code, signal) => {
        ending = signal === null ? `it ended with ${code}` : `it was ended by ${signal}`;
        resolve();
      });
    });
    const pid = child.pid;
    if (pid === undefined) {
      await closed;
      throw new Error(`${name} could not be started: ${ending}`);
    }
    keeper.stdin.write(`add ${pid}\n`);
    const entry = { name, pid, alive: true, closed };
    running.push(entry);
    void closed.then(() => (entry.alive = false));

    const deadline = Date.now() + READY_MS;
    while (!(await ready())) {
      if (ending !== undefined) throw new Error(`${name}: ${ending}\n${await tail(path)}`);
      if (Date.now() > deadline) {
        throw new Error(`${name} did not answer in ${READY_MS / 1000} s\n${await tail(path)}`);
      }
      await sleep(50);
    }
  }

  /** @param {{ pid: number, closed: Promise<void> }} entry */
  async function end({ pid, closed }) {
    signalGroup(pid, 'SIGTERM');
    await Promise.race([closed, sleep(GRACE_MS, undefined, { ref: false })]);
    // The leader may be gone while a child of it (squid's password checker) is not.
    signalGroup(pid, 'SIGKILL');
    await closed;
    keeper.stdin.write(`drop ${pid}\n`);
  }

  return {
    launch,
    logs,
    ended: () =>
      stopping ? [] : running.filter((entry) => !entry.alive).map((entry) => entry.name),
    async stop() {
      stopping = true;
      await Promise.all(running.splice(0).map(end));
      keeper.stdin.end();
    },
  };
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: nobody is left in the group, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The last lines of a log. @param {string} path @param {number} [lines] */
export async function tail(path, lines = 20) {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
