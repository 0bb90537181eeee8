import { inspect } from 'node:util';

/** Everything that the process writes, warnings included, while `work` runs. */
export async function outputOf(work: () => Promise<void>): Promise<string> {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  let output = '';
  for (const stream of streams) {
    stream.write = (chunk: string | Uint8Array) => {
      output += String(chunk);
      return true;
    };
  }
  // Not by the event: some runners give each test file a copy of `process`, which hears none.
  const { emitWarning } = process;
  process.emitWarning = (...warning: unknown[]) => void (output += inspect(warning));
  try {
    await work();
  } finally {
    process.emitWarning = emitWarning;
    streams.forEach((stream, i) => (stream.write = writes[i]!));
  }
  return output;
}
