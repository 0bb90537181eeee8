/** Containers and objects as directories and files below one directory. */
import path from 'node:path';
import { ConfigurationError, defineCapabilities, quoted } from '@sdk/common';
import type { CallOptions, DriverOptions } from '@sdk/common';
import {
  checkCall,
  checkedNames,
  checkGetOptions,
  checkListOptions,
  checkPutOptions,
} from '../call-checks.js';
import type { StorageCapabilities } from '../capabilities.js';
import type {
  Container,
  ContainerReference,
  ObjectLocation,
  ObjectReference,
  StorageEntry,
  StorageObject,
} from '../models.js';
import { containerName, locationNames, objectName } from '../names.js';
import { checkedBody } from '../object-body.js';
import type { ObjectBody } from '../object-body.js';
import { discard } from '../source.js';
import { StorageDriver } from '../storage-driver.js';
import type {
  Download,
  GetObjectOptions,
  ListObjectsOptions,
  PutObjectOptions,
} from '../storage-driver.js';
import {
  makeContainer,
  readContainer,
  readContainers,
  removeContainer,
} from './local/containers.js';
import { deleteMany } from './local/delete-many.js';
import { fileBody } from './local/file-body.js';
import { sweepUploads } from './local/leftovers.js';
import { listFiles } from './local/list.js';
import { segmentsOf } from './local/location.js';
import { openObject, readObject } from './local/read.js';
import { removeFile } from './local/remove.js';
import { writeObject } from './local/write.js';
import type { Place, Source } from './local/write.js';

/** Where the files are. The options for the network are taken, so that a driver may be chosen by its id, and not used. */
export interface LocalStorageOptions extends DriverOptions {
  /** A directory. A relative path is resolved once, when the driver is made; it is created with the first container. */
  readonly root: string;
}

const DOCUMENT = 'docs/drivers/storage/local.md';
/** How often uploads that nobody finished are looked for, at most. */
const SWEEP_MS = 60 * 60 * 1000;

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
  #sweptAt = 0;

  constructor(options: LocalStorageOptions) {
    super(options, ['root'], () => undefined);
    const root: unknown = options.root;
    if (typeof root !== 'string' || root === '' || root.includes('\0')) {
      throw new ConfigurationError(`root is ${quoted(root)}: give the path of a directory`, {
        field: 'root',
      });
    }
    this.#root = path.resolve(root);
  }

  async *listContainers(options: CallOptions = {}): AsyncGenerator<Container> {
    checkCall(this.settings, options, 'listContainers');
    for await (const container of readContainers(this.#root)) {
      options.signal?.throwIfAborted();
      yield container;
    }
  }

  async getContainer(container: ContainerReference, options: CallOptions = {}): Promise<Container> {
    checkCall(this.settings, options, 'getContainer');
    return readContainer(this.#root, containerName(container));
  }

  async createContainer(name: string, options: CallOptions = {}): Promise<Container> {
    checkCall(this.settings, options, 'createContainer');
    return makeContainer(this.#root, containerName(name, 'name'));
  }

  async deleteContainer(container: ContainerReference, options: CallOptions = {}): Promise<void> {
    checkCall(this.settings, options, 'deleteContainer');
    await removeContainer(this.#root, containerName(container));
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
    checkListOptions(this.settings, options);
    const { prefix = '', delimiter = '', startAfter = '', signal } = options;
    const filter = { prefix, delimiter, startAfter };
    for await (const entry of listFiles(this.#root, containerName(container), filter)) {
      signal?.throwIfAborted();
      yield entry;
    }
  }

  async headObject(
    container: ContainerReference,
    name: ObjectReference,
    options: CallOptions = {},
  ): Promise<StorageObject> {
    checkCall(this.settings, options, 'headObject');
    const { handle, object } = await openObject(
      this.#root,
      containerName(container),
      objectName(name),
    );
    await handle.close();
    return object;
  }

  async getObject(
    container: ContainerReference,
    name: ObjectReference,
    options: GetObjectOptions = {},
  ): Promise<Download> {
    checkGetOptions(this.settings, options);
    const totalMs = options.timeouts?.totalMs ?? this.settings.timeouts.totalMs;
    return readObject(this.#root, containerName(container), objectName(name), options, totalMs);
  }

  async putObject(
    container: ContainerReference,
    name: ObjectReference,
    body: ObjectBody,
    options: PutObjectOptions = {},
  ): Promise<StorageObject> {
    try {
      checkPutOptions(this.settings, options);
      const given = checkedBody(body, options.sizeBytes);
      const place = { container: containerName(container), name: objectName(name) };
      return await this.withStop(options, (call) => {
        const chunks = given.kind === 'bytes' ? once(given.bytes) : given.open(call.signal);
        return this.#write(place, { chunks, totalBytes: given.sizeBytes }, call);
      });
    } catch (error) {
      discard(body);
      throw error;
    }
  }

  async deleteObject(
    container: ContainerReference,
    name: ObjectReference,
    options: CallOptions = {},
  ): Promise<void> {
    checkCall(this.settings, options, 'deleteObject');
    await removeFile(this.#root, containerName(container), objectName(name));
  }

  async deleteObjects(
    container: ContainerReference,
    names: Iterable<ObjectReference> | AsyncIterable<ObjectReference>,
    options: CallOptions = {},
  ): Promise<void> {
    checkCall(this.settings, options, 'deleteObjects');
    const place = containerName(container);
    await this.withStop(options, ({ signal }) =>
      deleteMany(this.#root, place, checkedNames(names, signal, segmentsOf)),
    );
  }

  async copyObject(
    source: ObjectLocation,
    target: ObjectLocation,
    options: CallOptions = {},
  ): Promise<StorageObject> {
    checkCall(this.settings, options, 'copyObject');
    const from = locationNames(source, 'source');
    const to = locationNames(target, 'target');
    segmentsOf(to.name);
    const { handle, object } = await openObject(this.#root, from.container, from.name);
    const { contentType, metadata, sizeBytes } = object;
    const described = { ...options, contentType, metadata };
    return this.withStop(described, async (call) => {
      const chunks = fileBody(handle, { start: 0, end: sizeBytes }, { signal: call.signal });
      try {
        return await this.#write(to, { chunks, totalBytes: sizeBytes }, call);
      } finally {
        chunks.destroy();
      }
    }).finally(() => handle.close());
  }

  async #write(
    place: Omit<Place, 'root'>,
    source: Source,
    call: PutObjectOptions,
  ): Promise<StorageObject> {
    if (Date.now() - this.#sweptAt > SWEEP_MS) {
      this.#sweptAt = Date.now();
      await sweepUploads(this.#root);
    }
    return writeObject({ root: this.#root, ...place }, source, call);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
