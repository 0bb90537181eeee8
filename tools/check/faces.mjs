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
 * (`index`, `drivers-s3`), `types` is its declaration file relative to the root. A pattern such as `./drivers/*` is one face
 * for each source file that it matches.
 */
export const faces = published.flatMap((entry) =>
  Object.entries(entry.manifest.exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return []; // ./package.json
    const source = target['@sdk/source'];
    return matches(entry.folder, source).map((star) => {
      const own = subpath.replace('*', star).slice(1); // '' or '/drivers/s3'
      return {
        package: entry,
        specifier: `${entry.name}${own}`,
        label: own === '' ? 'index' : own.slice(1).replaceAll('/', '-'),
        types: path.join(entry.folder, target.types.replace('*', star)),
      };
    });
  }),
);

/** What `*` stands for in a pattern such as `./src/drivers/*.ts`; one empty string where there is no pattern. */
function matches(folder, pattern) {
  if (!pattern.includes('*')) return [''];
  const [before, after] = pattern.split('*');
  const parent = path.join(root, folder, before);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .map((name) =>
      after.startsWith('/') ? name : name.endsWith(after) ? name.slice(0, -after.length) : '',
    )
    .filter((star) => star !== '' && existsSync(path.join(parent, `${star}${after}`)))
    .sort();
}
