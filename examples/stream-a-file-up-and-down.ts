// A body is streamed: its length need not be known, and it is never in memory as a whole.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip, createGzip } from 'node:zlib';
import { LocalStorage } from '@sdk/storage/drivers/local';

const folder = await mkdtemp(path.join(tmpdir(), 'sdk-example-'));
const storage = new LocalStorage({ root: folder }); // S3Storage takes the same calls
await storage.createContainer('backups');

const here = fileURLToPath(import.meta.url);
const packed = createReadStream(here).pipe(createGzip()); // nobody knows how long it will be
const stored = await storage.putObject('backups', 'example.gz', packed, {
  onProgress: ({ direction, bytes }) => console.log(direction, bytes, 'bytes so far'),
});

const { body } = await storage.getObject('backups', stored.name);
await pipeline(body, createGunzip(), createWriteStream(path.join(folder, 'copy')));
const same = (await readFile(here)).equals(await readFile(path.join(folder, 'copy')));
console.log('came back the same:', same);

await storage.close();
await rm(folder, { recursive: true });
