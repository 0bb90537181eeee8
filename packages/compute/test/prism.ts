/** Prism as a child process: a server that checks requests against an OpenAPI document and answers with its examples. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A running Prism. */
export interface Prism {
  /** Scheme, address and port, without a slash at the end. */
  readonly url: string;
  /** Ends the process and waits until it is gone. */
  close(): Promise<void>;
}

/** Far beyond the second or two that it takes on an idle machine. */
const START_LIMIT_MS = 25_000;

/**
 * Starts Prism on a free port of loopback with a document of `test/data`.
 *
 * It keeps no state: each request is judged alone, and `Prefer: code=429` asks for a status that the document has.
 */
export async function startPrism(document: string): Promise<Prism> {
  const file = fileURLToPath(new URL(`data/${document}`, import.meta.url));
  const require = createRequire(import.meta.url);
  const cli = require.resolve('@stoplight/prism-cli/dist/index.js');
  const child = spawn(process.execPath, [cli, 'mock', '-h', '127.0.0.1', '-p', '0', file], {
    // Of the environment only what a process needs: flags of the test run are not for it.
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const kill = (): void => void child.kill('SIGKILL');
  // A test run that ends in the middle leaves no server behind.
  process.once('exit', kill);
  const close = async (): Promise<void> => {
    process.removeListener('exit', kill);
    kill();
    await exited;
  };
  try {
    return { url: await listening(child, exited), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listening(
  child: { readonly stdout: NodeJS.ReadableStream; readonly stderr: NodeJS.ReadableStream },
  exited: Promise<unknown>,
): Promise<string> {
  let output = '';
  let timer: NodeJS.Timeout | undefined;
  const url = new Promise<string>((resolve) => {
    // Read to the end: a full pipe would stop the process.
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        if (output.length < 100_000) output += chunk.toString();
        const said = /listening on (http:\/\/127\.0\.0\.1:[1-9][0-9]*)/.exec(output);
        if (said?.[1] !== undefined) resolve(said[1]);
      });
    }
  });
  const failed = (why: string): Error => new Error(`Prism ${why}:\n${output.slice(-2000)}`);
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(failed('did not listen in time')), START_LIMIT_MS);
  });
  const gone = exited.then(() => Promise.reject(failed('ended before it listened')));
  try {
    return await Promise.race([url, late, gone]);
  } finally {
    clearTimeout(timer);
    gone.catch(() => {});
  }
}
