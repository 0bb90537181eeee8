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
  const warn = (warning: Error): void => void (output += inspect(warning));
  process.on('warning', warn);
  try {
    await work();
  } finally {
    process.off('warning', warn);
    streams.forEach((stream, i) => (stream.write = writes[i]!));
  }
  return output;
}
