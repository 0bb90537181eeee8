// Prettier over everything that people write: `--check` (the gate) or `--write`.
import { bin, run } from '../setup/say.mjs';

/** What Prettier leaves alone beside what git ignores: files that other programs write. */
const not = [
  '!pnpm-lock.yaml',
  '!**/*.api.md',
  '!**/CHANGELOG.md',
  '!**/*.openapi.json',
  '!.changeset/*.md',
];
const mode = process.argv.includes('--write') ? '--write' : '--check';
process.exitCode = await run(bin('prettier'), [mode, '--log-level', 'warn', '.', ...not]);
