// The public faces: every specifier that a user may import, read from the exports of the packages that are published.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup/say.mjs';

/** The packages that are published: `{ name, folder, manifest }`, folder relative to the root. */
export const published = readdirSync(path.join(root, 'packages'))
  .map((child) => `packages/${child}`)
  .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
  .map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')),
  }))
  .filter(({ manifest }) => manifest.private !== true)
  .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest }));

/**
 * Every face of every published package: `{ package, specifier, label, types }`; `label` names the face inside its package
 * (`index`, `drivers-s3`), `types` is its declaration file relative to the root.
 */
export const faces = published.flatMap((entry) =>
  Object.entries(entry.manifest.exports)
    .filter(([, target]) => typeof target === 'object') // not ./package.json
    .map(([subpath, target]) => {
      const own = subpath.slice(1); // '' or '/drivers/s3'
      return {
        package: entry,
        specifier: `${entry.name}${own}`,
        label: own === '' ? 'index' : own.slice(1).replaceAll('/', '-'),
        types: path.join(entry.folder, target.types),
      };
    }),
);

/** What is wrong with the exports, in words: each driver and each provider is exported by its name, and nothing else is. */
export const misplaced = published.flatMap((entry) => {
  const { name, folder, manifest } = entry;
  const rooms = [
    ...filesIn(folder, 'src/drivers', '.ts').map((id) => [`./drivers/${id}`, `drivers/${id}`]),
    ...(folder === 'packages/providers'
      ? filesIn(folder, 'src', '/index.ts').map((id) => [`./${id}`, `${id}/index`])
      : []),
  ];
  const expected = new Map(rooms);
  const lacking = rooms.flatMap(([subpath, file]) => {
    const target = {
      '@sdk/source': `./src/${file}.ts`,
      types: `./dist/${file}.d.ts`,
      default: `./dist/${file}.js`,
    };
    const found = manifest.exports[subpath];
    return JSON.stringify(found) === JSON.stringify(target)
      ? []
      : [`${name}: "${subpath}" in exports must be ${JSON.stringify(target)}`];
  });
  const extra = Object.keys(manifest.exports).flatMap((subpath) => {
    // A star stands for slashes, too: it would export the parts of drivers.
    if (subpath.includes('*')) return [`${name}: "${subpath}" in exports: name each face`];
    return subpath.startsWith('./drivers/') && !expected.has(subpath)
      ? [`${name}: "${subpath}" in exports is no driver`]
      : [];
  });
  return [...lacking, ...extra];
});

/** What stands before `ending` in the names below a folder of a package: `s3` of `src/drivers/s3.ts`, `aws` of `src/aws/index.ts`. */
function filesIn(folder, below, ending) {
  const parent = path.join(root, folder, below);
  if (!existsSync(parent)) return [];
  const names = new Set(readdirSync(parent).map((name) => name.replace(/\.ts$/, '')));
  return [...names].filter((id) => existsSync(path.join(parent, `${id}${ending}`))).sort();
}
