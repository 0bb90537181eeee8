// Proves that the arrow rules fire: a check that cannot fail checks nothing. Lays a small tree in which every rule is broken
// once and the allowed arrows stand beside, and compares what dependency-cruiser finds with what was broken.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import config from '../config/dependency-cruiser.mjs';
import { bin, capture, root, say } from '../setup/say.mjs';

const tree = path.join(root, '.cache/arrows');
const src = (name) => `packages/${name}/src`;

/** [rule, the file that breaks it, what it imports]. */
const broken = [
  ['no-circle', `${src('common')}/proxy/round.ts`, './trip.js'],
  ['no-unresolvable', `${src('common')}/proxy/lost.ts`, './nowhere.js'],
  ['common-driver-imports-only-what-is-below', `${src('common')}/driver/a.ts`, '../wire/good.js'],
  [
    'common-connection-imports-only-what-is-below',
    `${src('common')}/connection/a.ts`,
    '../driver/good.js',
  ],
  [
    'common-transport-imports-only-what-is-below',
    `${src('common')}/transport/a.ts`,
    '../connection/good.js',
  ],
  ['common-wire-imports-only-what-is-below', `${src('common')}/wire/a.ts`, '../transport/good.js'],
  [
    'common-proxy-imports-only-what-is-below',
    `${src('common')}/proxy/a.ts`,
    '../transport/good.js',
  ],
  ['common-route-imports-only-what-is-below', `${src('common')}/route/a.ts`, '../proxy/good.js'],
  [
    'common-telemetry-imports-facts-and-errors-only',
    `${src('common')}/telemetry/a.ts`,
    '../route/good.js',
  ],
  [
    'connection-stages-stand-above-answers',
    `${src('common')}/connection/answers/a.ts`,
    '../stages/good.js',
  ],
  [
    'connection-answers-stand-above-content-and-options',
    `${src('common')}/connection/content/a.ts`,
    '../answers/good.js',
  ],
  [
    'connection-content-knows-no-options',
    `${src('common')}/connection/content/b.ts`,
    '../options/good.js',
  ],
  [
    'connection-answers-stand-above-content-and-options',
    `${src('common')}/connection/options/a.ts`,
    '../settings/good.js',
  ],
  ['common-errors-imports-only-facts', `${src('common')}/errors.ts`, './base.js'],
  ['common-facts-imports-nothing', `${src('common')}/facts.ts`, './base.js'],
  ['common-base-files-import-no-folder', `${src('common')}/low.ts`, './proxy/good.js'],
  ['socks-is-loaded-on-first-use', `${src('common')}/wire/b.ts`, './socks.js'],
  ['undici-is-behind-its-own-face', `${src('common')}/transport/b.ts`, './undici/good.js'],
  ['common-imports-no-package', `${src('common')}/proxy/b.ts`, '@sdk/compute'],
  ['providers-import-only-common', `${src('providers')}/aws/a.ts`, '@sdk/compute'],
  ['no-provider-imports-another', `${src('providers')}/aws/b.ts`, '../google/index.js'],
  ['no-service-imports-another', `${src('dns')}/a.ts`, '@sdk/compute'],
  ['no-driver-imports-another', `${src('compute')}/drivers/one.ts`, './two.js'],
  ['no-driver-imports-another', `${src('compute')}/drivers/one/part.ts`, '../three/part.js'],
  ['no-driver-imports-another', `${src('storage')}/drivers/one.ts`, './two/part.js'],
  ['no-driver-imports-another', `${src('storage')}/drivers/one/part.ts`, '../two/part.js'],
  ['src-never-imports-testing', `${src('compute')}/a.ts`, '@sdk/testing'],
  ['src-imports-no-test-and-no-tool', `${src('compute')}/b.ts`, '../test/good.js'],
  ['packages-meet-by-name-only', `${src('compute')}/c.ts`, '../../common/src/index.js'],
  ['tools-and-examples-use-public-faces', 'examples/a.ts', '../packages/common/src/proxy/good.js'],
  ['no-undeclared-package', `${src('common')}/proxy/c.ts`, 'jest'],
];

/** Arrows that are allowed; none may be reported. */
const allowed = [
  [`${src('common')}/driver/fine.ts`, '../connection/good.js'],
  [`${src('common')}/connection/fine.ts`, '../transport/good.js'],
  [`${src('common')}/transport/fine.ts`, '../wire/good.js'],
  [`${src('common')}/wire/fine.ts`, '../errors.js'],
  [`${src('common')}/wire/fine-too.ts`, '../route/good.js'],
  [`${src('common')}/transport/fine-too.ts`, '../telemetry/good.js'],
  [`${src('common')}/telemetry/fine.ts`, '../errors.js'],
  [`${src('common')}/connection/stages/fine.ts`, '../answers/good.js'],
  [`${src('common')}/connection/options/fine.ts`, '../content/good.js'],
  [`${src('common')}/connection/settings/fine.ts`, '../options/good.js'],
  [`${src('common')}/index.ts`, './driver/good.js'],
  [`${src('common')}/undici.ts`, './transport/undici/good.js'],
  [`${src('providers')}/google/index.ts`, '@sdk/common'],
  [`${src('dns')}/fine.ts`, '@sdk/common'],
  [`${src('compute')}/drivers/three.ts`, './three/part.js'],
  [`${src('storage')}/drivers/two.ts`, './two/part.js'],
  [`${src('storage')}/drivers/two/fine.ts`, '../../shared.js'],
  [`${src('testing')}/fine.ts`, '@sdk/compute'],
  ['packages/dns/test/fine.ts', '@sdk/testing'],
  ['examples/fine.ts', '@sdk/common'],
];

const leaves = [
  ...[
    'driver',
    'connection',
    'connection/stages',
    'connection/answers',
    'connection/content',
    'connection/options',
    'connection/settings',
    'transport',
    'wire',
    'proxy',
    'route',
    'telemetry',
  ].map((l) => `${src('common')}/${l}/good.ts`),
  `${src('common')}/wire/socks.ts`,
  `${src('common')}/transport/undici/good.ts`,
  `${src('common')}/base.ts`,
  `${src('compute')}/index.ts`,
  `${src('compute')}/drivers/two.ts`,
  `${src('compute')}/drivers/three/part.ts`,
  `${src('storage')}/drivers/two/part.ts`,
  `${src('storage')}/shared.ts`,
  'packages/compute/test/good.ts',
  `${src('testing')}/index.ts`,
];

function write(file, text) {
  mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  writeFileSync(path.join(tree, file), text);
}

function lay() {
  rmSync(tree, { recursive: true, force: true });
  for (const file of leaves) write(file, 'export type Good = 1;\n');
  for (const [file, target] of allowed) write(file, `export type * as All from '${target}';\n`);
  for (const [, file, target] of broken) write(file, `export type * as All from '${target}';\n`);
  write(
    `${src('common')}/proxy/trip.ts`,
    "import type { All } from './round.js';\nexport type Trip = All;\n",
  );
  mkdirSync(path.join(tree, 'node_modules/@sdk'), { recursive: true });
  for (const name of ['common', 'compute', 'testing']) {
    const exports = { '.': { '@sdk/source': './src/index.ts', default: './dist/index.js' } };
    write(`packages/${name}/package.json`, JSON.stringify({ name: `@sdk/${name}`, exports }));
    symlinkSync(`../../packages/${name}`, path.join(tree, 'node_modules/@sdk', name));
  }
  const dependencies = Object.fromEntries(
    ['common', 'compute', 'testing'].map((name) => [`@sdk/${name}`, '*']),
  );
  for (const folder of ['packages/providers', 'packages/dns', '.'])
    write(`${folder}/package.json`, JSON.stringify({ name: 'tree', dependencies }));
}

lay();
const { output } = await capture(
  bin('depcruise'),
  [
    '--config',
    path.join(root, 'tools/config/dependency-cruiser.mjs'),
    '-T',
    'json',
    'packages',
    'examples',
  ],
  { cwd: tree },
);
const violations = JSON.parse(output.slice(output.indexOf('{'))).summary.violations;
const found = new Set(violations.map(({ rule, from }) => `${rule.name} ${from}`));

const complaints = [];
for (const [rule, file, target] of broken)
  if (!found.has(`${rule} ${file}`)) complaints.push(`${rule} did not fire on ${file} → ${target}`);
for (const [file, target] of allowed)
  for (const hit of found)
    if (hit.endsWith(` ${file}`)) complaints.push(`${hit} fired, though → ${target} is allowed`);
for (const { name } of config.forbidden)
  if (!broken.some(([rule]) => rule === name)) complaints.push(`${name} has no example here`);

for (const complaint of complaints) say('arrows', complaint);
if (complaints.length > 0) process.exitCode = 1;
else
  say(
    'arrows',
    `${broken.length} rules fire where they are broken, ${allowed.length} allowed arrows pass`,
  );
