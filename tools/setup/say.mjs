// What the scripts of this repository print and how they start other programs.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository, absolute. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Prints one line that says who speaks: `[setup] …`. */
export function say(who, text) {
  process.stdout.write(`[${who}] ${text}\n`);
}

/** Milliseconds as a person reads them: `850 ms`, `12.4 s`, `3 min 05 s`. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/**
 * Runs a program from the root of the repository with this terminal's input and output.
 * Answers its exit code; a program that died by a signal, or could not be started, counts as 1.
 */
export function run(command, args, { env = {}, cwd = root, signal } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: 'inherit',
      env: { ...process.env, ...env },
      signal,
      killSignal: 'SIGKILL',
    });
    child.on('error', (error) => {
      if (!signal?.aborted) process.stderr.write(`cannot start ${command}: ${error.message}\n`);
      resolve(1);
    });
    child.on('close', (code, ended) => {
      if (ended && !signal?.aborted) process.stderr.write(`${command} was ended by ${ended}\n`);
      resolve(code ?? 1);
    });
  });
}

/** Runs a program like `run`, but keeps what it prints: `{ code, output }`. */
export function capture(command, args, { env = {}, cwd = root } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('error', (error) =>
      resolve({ code: 1, output: `cannot start ${command}: ${error.message}\n` }),
    );
    child.on('close', (code, ended) => {
      if (ended) output += `\n${command} was ended by ${ended}\n`;
      resolve({ code: code ?? 1, output });
    });
  });
}

/** The path of a program that a devDependency of the root installs. */
export function bin(name) {
  return path.join(root, 'node_modules/.bin', name);
}
