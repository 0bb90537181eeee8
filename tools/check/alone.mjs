// What is committed speaks of this project alone: no path of the machine it was written on, no host of a package registry.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, say } from '../setup/say.mjs';

const foreign = [
  [/(?<![\w.])\/(work|home|Users|root)\/(?!node_modules)[a-z]/, "a path of somebody's machine"],
  [/\bregistry\.[\w-]+\.(org|com|net|io)/, 'the host of a package registry'],
  [/\bresolution: \{.*tarball:/, 'a lockfile entry bound to one host'],
  [/\.\.\/shared\//, 'a path out of the repository'],
  [/^(<{7}|>{7}) /m, 'a merge conflict'],
];
const itself = path.relative(root, new URL(import.meta.url).pathname);
const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
let found = 0;
for (const file of files) {
  if (file === '' || file === itself) continue;
  let text;
  try {
    text = readFileSync(path.join(root, file), 'utf8');
  } catch {
    continue; // listed by git, but deleted or a link to a folder
  }
  for (const [pattern, what] of foreign) {
    const at = text.search(pattern);
    if (at < 0) continue;
    found += 1;
    const line = text.slice(0, at).split('\n').length;
    say(
      'alone',
      `${file}:${line} holds ${what}: ${text.split('\n')[line - 1].trim().slice(0, 120)}`,
    );
  }
}
say('alone', `${files.length - 1} files read, ${found} foreign words`);
if (found > 0) process.exitCode = 1;
