// Runs PAC files: in QuickJS, which reaches nothing of Node, on a thread of its own, which can be ended from outside.
// QuickJS asks now and then whether to go on, but not within all that it does at one go, so both are needed.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { predefined } from './predefined.mjs';

const MEMORY_LIMIT_BYTES = 32 * 1024 * 1024;
const MAX_STACK_BYTES = 256 * 1024;
const MAX_ANSWER_LENGTH = 16 * 1024;
const MAX_MESSAGE_LENGTH = 160;

/** The engine, loaded once: the class, and its code as WebAssembly. */
let engine;

async function load() {
  const { QuickJS } = await import('quickjs-wasi');
  const file = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');
  return { QuickJS, wasm: await globalThis.WebAssembly.compile(await readFile(file)) };
}

/** Evaluates the script anew for each question, so that nothing is left of the one before. */
async function run({ script, url, host, names, own, limitMs }) {
  const { QuickJS, wasm } = await engine;
  const endsAt = performance.now() + limitMs;
  let unknown;
  try {
    const vm = await QuickJS.create({
      wasm,
      memoryLimit: MEMORY_LIMIT_BYTES,
      maxStackSize: MAX_STACK_BYTES,
      interruptHandler: () => unknown !== undefined || performance.now() > endsAt,
    });
    // A name that is not known yet ends the run: it is looked up outside, and the script runs again from its start.
    const look = vm.newFunction('look', (handle) => {
      const name = handle.toString().slice(0, 255);
      const known = isIP(name) ? name : names.get(name);
      if (known === undefined) unknown ??= name;
      return vm.newString(known ?? '');
    });
    vm.callFunction(vm.evalCode(`(${predefined})`), vm.undefined, look, vm.newString(own));
    vm.evalCode(script, 'proxy.pac');
    const find = vm.evalCode('typeof FindProxyForURL === "function" ? FindProxyForURL : undefined');
    if (vm.typeof(find) !== 'function') return { kind: 'no function' };
    const answer = vm.callFunction(find, vm.undefined, vm.newString(url), vm.newString(host));
    if (unknown !== undefined) return { kind: 'asks', name: unknown };
    const kind = vm.typeof(answer);
    if (kind !== 'string') return { kind: 'no text', what: kind };
    return { kind: 'answer', text: answer.toString().slice(0, MAX_ANSWER_LENGTH) };
  } catch (error) {
    if (unknown !== undefined) return { kind: 'asks', name: unknown };
    if (performance.now() > endsAt) return { kind: 'endless' };
    return { kind: 'threw', ...described(error) };
  }
}

/** The engine's own words for what is wrong are told; what a script throws by itself may say anything. */
function described(error) {
  const name = /^[A-Z]?[A-Za-z]{0,30}Error$/.test(error?.name) ? error.name : 'a value';
  const line = /proxy\.pac:(\d+)/.exec(String(error?.stack))?.[1];
  const own = ['ReferenceError', 'SyntaxError', 'TypeError', 'RangeError', 'InternalError'];
  const message = own.includes(name)
    ? String(error.message).replace(/[^\x20-\x7e]/g, '?')
    : undefined;
  return { name, line, message: message?.slice(0, MAX_MESSAGE_LENGTH) };
}

parentPort.on('message', (question) => {
  engine ??= load().then(
    (loaded) => {
      parentPort.postMessage({ kind: 'ready' });
      return loaded;
    },
    (error) => {
      parentPort.postMessage({ kind: 'absent', code: error?.code });
      throw error;
    },
  );
  run(question).then(
    (outcome) => parentPort.postMessage(outcome),
    () => undefined,
  );
});
