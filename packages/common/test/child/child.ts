/** Runs a program of its own Node: for what only a whole process can show. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Flags of Node itself. */
  readonly flags?: readonly string[] | undefined;
  /** After this it is killed. @default 60000 */
  readonly timeoutMs?: number | undefined;
}

export interface ChildResult {
  /** `null` where it had to be killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the first byte that it wrote to its end. */
  readonly lastedMs: number;
}

const sources = new URL('sources.mjs', import.meta.url).href;

/**
 * Runs `child/<name>.program.ts` from the sources, and resolves when it has ended.
 */
export function runProgram(name: string, options: ChildOptions = {}): Promise<ChildResult> {
  const { args = [], env = {}, flags = [], timeoutMs = 60_000 } = options;
  const program = fileURLToPath(new URL(`${name}.program.ts`, import.meta.url));
  const { NODE_OPTIONS: _options, NODE_EXTRA_CA_CERTS: _extra, ...rest } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        '--conditions=@sdk/source',
        // Node's own, on some of its versions under NODE_USE_ENV_PROXY, which says nothing about the program.
        '--disable-warning=UNDICI-EHPA',
        '--import',
        sources,
        ...flags,
        program,
        ...args,
      ],
      { env: { ...rest, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let stdout = '';
    let stderr = '';
    let firstAt: number | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      firstAt ??= performance.now();
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString()));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      const endedAt = performance.now();
      resolve({ code, stdout, stderr, lastedMs: endedAt - (firstAt ?? endedAt) });
    });
  });
}
