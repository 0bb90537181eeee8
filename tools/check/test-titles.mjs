// The titles of all tests: each `describe` above one and its own, joined as a runner joins them. A skipped test has none.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from '../setup/say.mjs';

/** Where tests are declared: those of the packages, and the contracts that are offered for others. */
const folders = readdirSync(path.join(root, 'packages'))
  .map((name) => `packages/${name}/test`)
  .concat('packages/testing/src/contracts');

/** Every title with the file that it stands in, relative to the root. */
export function testTitles() {
  return folders.flatMap((folder) =>
    filesBelow(path.join(root, folder)).flatMap((file) =>
      titlesIn(file, readFileSync(file, 'utf8')).map((title) => ({
        title,
        file: path.relative(root, file),
      })),
    ),
  );
}

function filesBelow(folder) {
  try {
    return readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(folder, name));
  } catch {
    return []; // a package without tests
  }
}

/** The titles in one source. */
export function titlesIn(name, text) {
  const titles = [];
  const visit = (node, above) => {
    const call = ts.isCallExpression(node) ? declared(node) : undefined;
    if (call?.skipped) return;
    const here = call === undefined ? above : [...above, call.title];
    if (call !== undefined && !call.group) titles.push(here.join(' '));
    ts.forEachChild(node, (child) => visit(child, here));
  };
  visit(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true), []);
  return titles;
}

/** What a call declares: a title and, somewhere behind it, the function that runs. */
function declared(node) {
  const [first, ...rest] = node.arguments;
  const title = first && textOf(first);
  if (title === undefined || !rest.some(isFunction)) return undefined;
  const callee = node.expression.getText();
  // A listener is declared in the same shape, but on an object: `socket.on('data', …)`.
  if (!ts.isIdentifier(node.expression) && !/^(?:test|it|describe)\b/.test(callee))
    return undefined;
  return {
    title,
    group: /^describe\b/.test(callee),
    skipped: /^x(?:test|it|describe)\b|\.(?:skip|todo|failing)\b/.test(callee),
  };
}

function isFunction(node) {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** A literal's text; what is filled in when it runs is an ellipsis. */
function textOf(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}
