/** Containers and objects as directories and files below one directory. */
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import {
  ConfigurationError,
  ConflictError,
  defineCapabilities,
  isSdkError,
  NotFoundError,
  PermissionError,
  PreconditionError,
  ResponseError,
} from '@sdk/common';
import type { CallOptions, DriverOptions } from '@sdk/common';
import type { StorageCapabilities } from '../capabilities.js';
import { deletionError } from '../deletion-failures.js';
import type { DeletionFailure } from '../deletion-failures.js';
import { ifMatchHeader, etagOf } from '../etag.js';
import { fileBody } from '../local/file-body.js';
import {
  checkedContainer,
  CONTROL_DIRECTORY,
  containerPath,
  objectPath,
  segmentsOf,
} from '../local/location.js';
import { removeEmptyContainer, removeFile } from '../local/remove.js';
import { readSidecar } from '../local/sidecar.js';
import type { Sidecar } from '../local/sidecar.js';
import { isMissing, systemCode, throwSystemError } from '../local/system-errors.js';
import { walk } from '../local/walk.js';
import type { WalkBounds } from '../local/walk.js';
import { syncDirectory, writeFileWhole } from '../local/write.js';
import { checkedContentType, checkedMetadata, DEFAULT_CONTENT_TYPE } from '../metadata.js';
import type {
  Container,
  ContainerReference,
  ObjectLocation,
  ObjectReference,
  StorageEntry,
  StorageObject,
} from '../models.js';
import { containerName, kindOf, locationNames, objectName } from '../names.js';
import { checkedBody, discardBody } from '../object-body.js';
import type { ObjectBody } from '../object-body.js';
import { checkedRange } from '../range.js';
import {
  checkCall,
  checkedNames,
  checkListOptions,
  checkPutOptions,
  checkGetOptions,
} from '../call-checks.js';
import { compareBytes } from '../byte-order.js';
import { StorageDriver } from '../storage-driver.js';
import type {
  Download,
  GetObjectOptions,
  ListObjectsOptions,
  PutObjectOptions,
} from '../storage-driver.js';

/** Where the files are. The options for the network are taken, so that a driver may be chosen by its id, and not used. */
export interface LocalStorageOptions extends DriverOptions {
  /** A directory. A relative path is resolved once, when the driver is made; it is created with the first container. */
  readonly root: string;
}

const DOCUMENT = 'docs/drivers/storage/local.md';

/**
 * Object storage on the local disk: a container is a directory below `root`, an object a file in it.
 *
 * An existing tree can be served, and what is stored can be read by any other program. Content type, metadata and MD5
 * are kept in `.sdk-storage` below the root.
 */
export class LocalStorage extends StorageDriver<undefined> {
  readonly capabilities: StorageCapabilities = defineCapabilities({
    presign: { reason: 'no server answers for a directory', source: DOCUMENT },
    atomicIfNoneMatch: true,
    listsMetadata: true,
    anyObjectName: {
      reason:
        'a directory tree holds either a file or a directory of one name, and no empty, "." or ".." part',
      source: DOCUMENT,
    },
  });
  readonly #root: string;

  constructor(options: LocalStorageOptions) {
    super(options, ['root'], () => undefined);
    const root: unknown = options.root;
    if (typeof root !== 'string' || root === '' || root.includes('\0')) {
      throw new ConfigurationError(
        `root is ${typeof root === 'string' ? JSON.stringify(root) : kindOf(root)}: give the path of a directory`,
        { field: 'root' },
      );
    }
    this.#root = path.resolve(root);
  }

  async *listContainers(options: CallOptions = {}): AsyncGenerator<Container> {
    checkCall(options, 'listContainers');
    this.#begin(options);
    const entries = await readdir(this.#root, { withFileTypes: true }).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return [];
      return this.#fail(error, 'Listing the containers');
    });
    const names = entries
      .filter((entry) => entry.isDirectory() && entry.name !== CONTROL_DIRECTORY)
      .map((entry) => entry.name)
      .sort(compareBytes);
    for (const name of names) {
      options.signal?.throwIfAborted();
      const container = await this.#container(name).catch((error: unknown) => {
        // Deleted meanwhile.
        if (isSdkError(error, 'SDK_NOT_FOUND')) return undefined;
        throw error;
      });
      if (container !== undefined) yield container;
    }
  }

  async getContainer(container: ContainerReference, options: CallOptions = {}): Promise<Container> {
    checkCall(options, 'getContainer');
    this.#begin(options);
    return this.#container(containerName(container));
  }

  async createContainer(name: string, options: CallOptions = {}): Promise<Container> {
    checkCall(options, 'createContainer');
    this.#begin(options);
    const container = checkedContainer(containerName(name, 'name'));
    try {
      await mkdir(this.#root, { recursive: true });
      await mkdir(path.join(this.#root, container));
      await syncDirectory(this.#root);
    } catch (error) {
      if (systemCode(error) === 'EEXIST') {
        throw new ConflictError(`The container ${JSON.stringify(container)} exists already`, {
          status: 409,
          providerCode: 'ContainerExists',
        });
      }
      return this.#fail(error, `Creating the container ${JSON.stringify(container)}`);
    }
    return this.#container(container);
  }

  async deleteContainer(container: ContainerReference, options: CallOptions = {}): Promise<void> {
    checkCall(options, 'deleteContainer');
    this.#begin(options);
    const name = containerName(container);
    const what = `Deleting the container ${JSON.stringify(name)}`;
    const directory = await containerPath(this.#root, name);
    const bounds = { prefix: '', startAfter: '', told: undefined };
    try {
      const first = await walk(directory, bounds).next();
      if (first.done === true && (await removeEmptyContainer(this.#root, name))) return;
    } catch (error) {
      this.#fail(error, what);
    }
    throw new ConflictError(`The container ${JSON.stringify(name)} is not empty`, {
      status: 409,
      providerCode: 'ContainerNotEmpty',
      hint: 'Delete its objects first.',
    });
  }

  listObjects(
    container: ContainerReference,
    options?: ListObjectsOptions & { readonly delimiter?: undefined },
  ): AsyncGenerator<StorageObject>;
  listObjects(
    container: ContainerReference,
    options?: ListObjectsOptions,
  ): AsyncGenerator<StorageEntry>;
  async *listObjects(
    container: ContainerReference,
    options: ListObjectsOptions = {},
  ): AsyncGenerator<StorageEntry> {
    checkListOptions(options);
    this.#begin(options);
    const name = containerName(container);
    const { prefix = '', delimiter = '', startAfter = '', signal } = options;
    const directory = await containerPath(this.#root, name);
    const bounds: WalkBounds = { prefix, startAfter, told: undefined };
    try {
      for await (const key of walk(directory, bounds)) {
        signal?.throwIfAborted();
        const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
        if (cut >= 0) {
          const shared = key.slice(0, cut + delimiter.length);
          bounds.told = shared;
          if (compareBytes(shared, startAfter) > 0) yield { kind: 'prefix', name: shared };
          continue;
        }
        bounds.told = undefined;
        const file = path.join(directory, ...key.split('/'));
        const stat = await lstat(file, { bigint: true }).catch(nothingIfMissing);
        if (stat?.isFile() === true) yield await this.#object(name, key, stat);
      }
    } catch (error) {
      this.#fail(error, `Listing the container ${JSON.stringify(name)}`);
    }
  }

  async headObject(
    container: ContainerReference,
    name: ObjectReference,
    options: CallOptions = {},
  ): Promise<StorageObject> {
    checkCall(options, 'headObject');
    this.#begin(options);
    const { handle, object } = await this.#open(containerName(container), objectName(name));
    await handle.close();
    return object;
  }

  async getObject(
    container: ContainerReference,
    name: ObjectReference,
    options: GetObjectOptions = {},
  ): Promise<Download> {
    checkGetOptions(options);
    this.#begin(options);
    const range = checkedRange(options.range);
    const ifMatch = options.ifMatch === undefined ? '*' : etagOf(ifMatchHeader(options.ifMatch));
    const { handle, object } = await this.#open(containerName(container), objectName(name));
    try {
      if (ifMatch !== '*' && ifMatch !== object.etag) {
        throw new PreconditionError(
          `${JSON.stringify(object.name)} has another etag than ifMatch`,
          {
            status: 412,
            providerCode: 'EtagDiffers',
          },
        );
      }
      const { sizeBytes } = object;
      if (range !== undefined && range.start >= sizeBytes) {
        throw new ResponseError(
          `range.start is ${range.start}, behind the last byte of ${JSON.stringify(object.name)} (${sizeBytes} bytes)`,
          { status: 416, providerCode: 'InvalidRange' },
        );
      }
      const start = range?.start ?? 0;
      const end = Math.min(range?.end ?? sizeBytes, sizeBytes);
      options.signal?.throwIfAborted();
      return { object, body: fileBody(handle, { start, end }, options) };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async putObject(
    container: ContainerReference,
    name: ObjectReference,
    body: ObjectBody,
    options: PutObjectOptions = {},
  ): Promise<StorageObject> {
    try {
      checkPutOptions(options);
      this.#begin(options);
      const given = checkedBody(body, options.sizeBytes);
      return await this.#put(containerName(container), objectName(name), options, {
        chunks: given.kind === 'bytes' ? once(given.bytes) : given.open(options.signal),
        totalBytes: given.sizeBytes,
      });
    } catch (error) {
      discardBody(body);
      throw error;
    }
  }

  async deleteObject(
    container: ContainerReference,
    name: ObjectReference,
    options: CallOptions = {},
  ): Promise<void> {
    checkCall(options, 'deleteObject');
    this.#begin(options);
    const object = objectName(name);
    const segments = segmentsOf(object);
    await removeFile(this.#root, containerName(container), object, segments).catch(
      (error: unknown) => this.#fail(error, `Deleting ${JSON.stringify(object)}`),
    );
  }

  async deleteObjects(
    container: ContainerReference,
    names: Iterable<ObjectReference> | AsyncIterable<ObjectReference>,
    options: CallOptions = {},
  ): Promise<void> {
    checkCall(options, 'deleteObjects');
    this.#begin(options);
    const place = containerName(container);
    await containerPath(this.#root, place);
    const failures: DeletionFailure[] = [];
    let total = 0;
    for await (const name of checkedNames(names)) {
      options.signal?.throwIfAborted();
      total += 1;
      try {
        await this.deleteObject(place, name);
      } catch (error) {
        if (!(error instanceof ResponseError) || error.status === 404) throw error;
        failures.push({ name, code: error.providerCode ?? error.code, message: error.message });
      }
    }
    if (failures.length > 0) throw deletionError(failures, total, { status: 403 }, PermissionError);
  }

  async copyObject(
    source: ObjectLocation,
    target: ObjectLocation,
    options: CallOptions = {},
  ): Promise<StorageObject> {
    checkCall(options, 'copyObject');
    this.#begin(options);
    const from = locationNames(source, 'source');
    const to = locationNames(target, 'target');
    const { handle, object } = await this.#open(from.container, from.name);
    const chunks = fileBody(
      handle,
      { start: 0, end: object.sizeBytes },
      { signal: options.signal },
    );
    try {
      const { contentType, metadata, sizeBytes: totalBytes } = object;
      const described = { ...options, contentType, metadata };
      return await this.#put(to.container, to.name, described, { chunks, totalBytes });
    } finally {
      chunks.destroy();
    }
  }

  async #put(
    container: string,
    name: string,
    options: PutObjectOptions,
    source: { readonly chunks: AsyncIterable<Uint8Array>; readonly totalBytes: number | undefined },
  ): Promise<StorageObject> {
    const contentType = checkedContentType(options.contentType) ?? DEFAULT_CONTENT_TYPE;
    const metadata = checkedMetadata(options.metadata);
    const { totalBytes } = source;
    const { stat, etag } = await writeFileWhole({
      root: this.#root,
      container,
      name,
      segments: segmentsOf(name),
      contentType,
      metadata,
      mustBeNew: options.ifNoneMatch !== undefined,
      chunks: source.chunks,
      onBytes: (bytes) => {
        options.onProgress?.({ direction: 'up', bytes, totalBytes });
        options.signal?.throwIfAborted();
      },
    }).catch((error: unknown) => this.#fail(error, `Writing ${JSON.stringify(name)}`));
    return model(name, stat, { name, contentType, metadata, etag });
  }

  /** Opens a file, so that what is said of it and its bytes belong together. The caller closes it. */
  async #open(
    container: string,
    name: string,
  ): Promise<{ readonly handle: FileHandle; readonly object: StorageObject }> {
    const segments = segmentsOf(name);
    const what = `Reading ${JSON.stringify(name)}`;
    const directory = await containerPath(this.#root, container);
    let handle: FileHandle;
    try {
      const file = await objectPath(directory, segments);
      // O_NONBLOCK: to open a named pipe would wait for its writer.
      handle = await open(
        file,
        constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
      );
    } catch (error) {
      if (isMissing(error)) throw absent(name);
      return this.#fail(error, what);
    }
    try {
      const stat = await handle.stat({ bigint: true });
      if (!stat.isFile()) throw absent(name);
      return { handle, object: await this.#object(container, name, stat) };
    } catch (error) {
      await handle.close();
      return this.#fail(error, what);
    }
  }

  async #object(container: string, name: string, stat: BigIntStats): Promise<StorageObject> {
    return model(name, stat, await readSidecar(this.#root, container, name, stat));
  }

  async #container(name: string): Promise<Container> {
    const stat = await lstat(await containerPath(this.#root, name));
    return {
      name,
      createdAt: stat.birthtime.toISOString(),
      raw: { inode: String(stat.ino), modifiedAt: stat.mtime.toISOString() },
    };
  }

  #begin({ signal }: CallOptions): void {
    this.settings.checkOpen();
    signal?.throwIfAborted();
  }

  #fail(error: unknown, what: string): never {
    throwSystemError(error, what);
  }
}

function model(name: string, stat: BigIntStats, sidecar: Sidecar | undefined): StorageObject {
  return {
    kind: 'object',
    name,
    sizeBytes: Number(stat.size),
    // A file that was put there by other means has no MD5 at hand; its identity changes whenever it does.
    etag: sidecar?.etag ?? [stat.ino, stat.size, stat.mtimeNs].map((n) => n.toString(16)).join('-'),
    modifiedAt: new Date(Number(stat.mtimeMs)).toISOString(),
    contentType: sidecar?.contentType ?? DEFAULT_CONTENT_TYPE,
    metadata: sidecar?.metadata ?? {},
    raw: {
      inode: String(stat.ino),
      modifiedNs: String(stat.mtimeNs),
      described: sidecar !== undefined,
    },
  };
}

function absent(name: string): NotFoundError {
  return new NotFoundError(`There is no object ${JSON.stringify(name)}`, {
    status: 404,
    providerCode: 'NoSuchObject',
  });
}

function nothingIfMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}

// eslint-disable-next-line @typescript-eslint/require-await -- the same shape as a stream
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
