import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertificateAuthority, startProxy, until } from '@sdk/testing';
import { openBooks } from './books.js';
import { startEndpoints } from './endpoints.js';
import { mainJob } from './main-job.js';
import { conclude, startReport } from './report.js';
import { shortBytes } from './table.js';
import { repositoryTree } from './tree.js';

const root = path.resolve(fileURLToPath(import.meta.url), '../../../..');
const atLeastBytes = 12 * 1024 * 1024;

function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

const started = performance.now();
const ca = await createCertificateAuthority('Main job root');
const [A, B, C, endpoints, tree] = await Promise.all([
  startProxy(),
  startProxy({ credentials: { username: 'b@corp', password: 'p@ss:100%' } }),
  startProxy(),
  startEndpoints(ca),
  repositoryTree(root, atLeastBytes),
]);
const proxies = { A, B, C };

say(
  'The main job: every call goes through the proxy that was named for it, and the proxies say so.',
);
say();
say(`  A  ${A.url}  named by the environment (https_proxy, http_proxy)`);
say(`  B  ${B.url}  named by the constructor; asks for Basic credentials with @, : and % in them`);
say(`  C  ${C.url}  named for a call, and by setHttpProxy`);
say(`  S3 ${endpoints.https.url} and ${endpoints.http.url}, certificates made for this run`);
const { added } = tree;
say(
  `  Stored: a tar of this repository's ${tree.ownFiles} files (${shortBytes(tree.ownBytes)})` +
    (added
      ? `, filled up with ${added.files} files of ${added.from} (${shortBytes(added.bytes)})`
      : ''),
);
say();

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const report = startReport(
  process.stdout,
  () => openBooks(proxies, [endpoints.https, endpoints.http]),
  { colour },
);
try {
  await mainJob({ ...endpoints, proxies, ca: ca.cert, files: tree.files }, report);
  const open = () => ({ A: A.openSockets(), B: B.openSockets(), C: C.openSockets() });
  await until(() => Object.values(open()).every((count) => count === 0)).catch(() => {});
  const { lines, exitCode } = conclude(report, open());
  say();
  say(
    'Counted by the proxy itself: new requests (a CONNECT, or a forward in absolute-form), then the',
  );
  say(
    'bytes of both directions. 0 new: bytes alone, in a tunnel that stood already. ·: nothing at all.',
  );
  for (const line of lines) say(line);
  say(`  ${((performance.now() - started) / 1000).toFixed(1)} s`);
  process.exitCode = exitCode;
} catch (error) {
  say();
  say('✗ the main job failed:');
  console.error(error);
  process.exitCode = 1;
} finally {
  await Promise.all([A.close(), B.close(), C.close(), endpoints.close()]);
}
