// Lets a bare Node run the sources: relative imports of .js find .ts, whose types are taken off. What was made of a source
// is kept in .cache, since a program begins several times as fast without the compiler.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const cache = new URL('../../../../.cache/sources/', import.meta.url);
const require = module.createRequire(import.meta.url);

export function resolve(specifier, context, next) {
  if (/^\.{1,2}\//.test(specifier) && specifier.endsWith('.js')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return next(source.href, context);
  }
  // Under this variable the names of the packages that are loaded go to the standard error output.
  if (process.env['SDK_TELL_PACKAGES'] !== undefined && /^[a-z@]/.test(specifier))
    writeSync(2, `loads ${specifier}\n`);
  return next(specifier, context);
}

export function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  return { format: 'module', source: transpiled(fileURLToPath(url)), shortCircuit: true };
}

function transpiled(file) {
  const text = readFileSync(file, 'utf8');
  const kept = new URL(`${createHash('sha256').update(text).digest('hex')}.js`, cache);
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  const ts = require('typescript');
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    },
  });
  mkdirSync(cache, { recursive: true });
  // Another program may be at it, too.
  const unfinished = new URL(`${kept.href}.${process.pid}`);
  writeFileSync(unfinished, outputText);
  renameSync(unfinished, kept);
  return outputText;
}

// Since Node 22.15; the other way, on a thread of its own, is deprecated there.
if (module.registerHooks !== undefined) module.registerHooks({ resolve, load });
else if (process.env['SDK_SOURCES_HOOKED'] === undefined) {
  process.env['SDK_SOURCES_HOOKED'] = '1';
  module.register(import.meta.url);
}
