// The verbs of this repository: node tools/setup/run.mjs <start|test|lab|check|api|bench|soak|build> [arguments].
// Each does all the set-up it needs, is quick when nothing changed, and says what it does. No dependencies: this file
// runs before anything is installed.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { install } from './install.mjs';
import { jest, sayWhatIsLeftToTheLab } from './jest.mjs';
import { duration, root, run, say } from './say.mjs';

const [verb, ...args] = process.argv.slice(2);

const verbs = {
  /** Builds, then runs the main job. */
  async start() {
    return (
      (await install()) ||
      (await build(['tsconfig.json', 'tools/demo'])) ||
      (say('start', 'running the main job (tools/demo)'),
      await run(process.execPath, ['--enable-source-maps', 'tools/demo/dist/main.js', ...args]))
    );
  },

  /** Runs the tests that need nothing but Node. Arguments go to jest. */
  async test() {
    const installed = await install();
    if (installed !== 0) return installed;
    say(
      'test',
      `jest${args.map((arg) => ` ${arg}`).join('')} on Node ${process.version}, from the sources`,
    );
    const code = await jest(args);
    sayWhatIsLeftToTheLab();
    return code;
  },

  /** Installs and starts real servers (apt-get, as root) and runs the tests that need them. */
  async lab() {
    return (await install()) || (await run(process.execPath, ['tools/lab/run.mjs', ...args]));
  },

  /** Runs every gate; `--only a,b` and `--skip a,b` choose. */
  async check() {
    return (
      (await install({ without: [] })) ||
      (await run(process.execPath, ['tools/check/run.mjs', ...args]))
    );
  },

  /** Writes the API reports of the public faces anew. */
  async api() {
    return (
      (await install()) ||
      (await build(['tsconfig.json'])) ||
      (await run(process.execPath, ['tools/check/api.mjs', '--update']))
    );
  },

  /** Builds, then measures a request beside other clients. Arguments go to tools/bench/run.mjs. */
  async bench() {
    return (
      (await install()) ||
      (await build(['tsconfig.json'])) ||
      (await run(process.execPath, ['tools/bench/run.mjs', ...args]))
    );
  },

  /** Builds, then sends many calls through proxies that die and come back. Arguments go to tools/soak/run.mjs. */
  async soak() {
    return (
      (await install()) ||
      (await build(['tsconfig.json'])) ||
      (await run(process.execPath, ['tools/soak/run.mjs', ...args]))
    );
  },

  /** Compiles every package to its dist folder. */
  async build() {
    return (await install()) || (await build(['tsconfig.json']));
  },
};

async function build(projects) {
  const missing = projects.filter((project) => !existsSync(path.join(root, project)));
  if (missing.length > 0) {
    say('build', `${missing.join(', ')} is not there`);
    return 1;
  }
  const started = performance.now();
  say('build', `tsc -b ${projects.join(' ')} (only what changed)`);
  const code = await run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...projects]);
  if (code === 0) say('build', `done in ${duration(performance.now() - started)}`);
  return code;
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say('setup', `Node ${process.versions.node} is too old: this project needs 20.19 or later`);
  process.exit(1);
}

refuseOldNode();
const chosen = Object.hasOwn(verbs, verb ?? '') ? verbs[verb] : undefined;
if (chosen === undefined) {
  say(
    'setup',
    `unknown verb ${JSON.stringify(verb)}; the verbs are ${Object.keys(verbs).join(', ')}`,
  );
  process.exitCode = 1;
} else {
  process.exitCode = await chosen();
}
