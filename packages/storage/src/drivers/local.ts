/** Containers and objects as directories and files below one directory. */
import path from 'node:path';
import {
  ConfigurationError,
  defineCapabilities,
  PermissionError,
  PreconditionError,
  quoted,
  ResponseError,
} from '@sdk/common';
import type { CallOptions, DriverOptions } from '@sdk/common';
import {
  checkCall,
  checkedNames,
  checkGetOptions,
  checkListOptions,
  checkPutOptions,
} from '../call-checks.js';
import type { StorageCapabilities } from '../capabilities.js';
import { deletionError, failureOf } from '../deletion-failures.js';
import type { DeletionFailure } from '../deletion-failures.js';
import { etagOf, ifMatchHeader } from '../etag.js';
import {
  makeContainer,
  readContainer,
  readContainers,
  removeContainer,
} from './local/containers.js';
import { fileBody } from './local/file-body.js';
import { listFiles } from './local/list.js';
import { containerPath, segmentsOf } from './local/location.js';
import { modelOf, openObject } from './local/read.js';
import { removeFile } from './local/remove.js';
import { throwSystemError } from './local/system-errors.js';
import { writeFileWhole } from './local/write.js';
import { checkedContentType, checkedMetadata, DEFAULT_CONTENT_TYPE } from '../metadata.js';
import type {
  Container,
  ContainerReference,
  ObjectLocation,
  ObjectReference,
  StorageEntry,
  StorageObject,
} from '../models.js';
import { containerName, locationNames, objectName } from '../names.js';
import { checkedBody, discardBody } from '../object-body.js';
import type { ObjectBody } from '../object-body.js';
import { checkedRange } from '../range.js';
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
      throw new ConfigurationError(`root is ${quoted(root)}: give the path of a directory`, {
        field: 'root',
      });
    }
    this.#root = path.resolve(root);
  }

  async *listContainers(options: CallOptions = {}): AsyncGenerator<Container> {
    checkCall(this.settings, options, 'listContainers');
    this.#begin(options);
    for await (const container of readContainers(this.#root)) {
      options.signal?.throwIfAborted();
      yield container;
    }
  }

  async getContainer(container: ContainerReference, options: CallOptions = {}): Promise<Container> {
    checkCall(this.settings, options, 'getContainer');
    this.#begin(options);
    return readContainer(this.#root, containerName(container));
  }

  async createContainer(name: string, options: CallOptions = {}): Promise<Container> {
    checkCall(this.settings, options, 'createContainer');
    this.#begin(options);
    return makeContainer(this.#root, containerName(name, 'name'));
  }

  async deleteContainer(container: ContainerReference, options: CallOptions = {}): Promise<void> {
    checkCall(this.settings, options, 'deleteContainer');
    this.#begin(options);
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
    this.#begin(options);
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
    this.#begin(options);
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
    this.#begin(options);
    const range = checkedRange(options.range);
    const ifMatch = options.ifMatch === undefined ? '*' : etagOf(ifMatchHeader(options.ifMatch));
    const { handle, object } = await openObject(
      this.#root,
      containerName(container),
      objectName(name),
    );
    try {
      const { sizeBytes } = object;
      if (ifMatch !== '*' && ifMatch !== object.etag) {
        throw new PreconditionError(
          `${JSON.stringify(object.name)} has another etag than ifMatch`,
          {
            status: 412,
            providerCode: 'EtagDiffers',
          },
        );
      }
      if (range !== undefined && range.start >= sizeBytes) {
        throw new ResponseError(
          `range.start is ${range.start}, behind the last byte of ${JSON.stringify(object.name)} (${sizeBytes} bytes)`,
          { status: 416, providerCode: 'InvalidRange' },
        );
      }
      const start = range?.start ?? 0;
      const end = Math.min(range?.end ?? sizeBytes, sizeBytes);
      options.signal?.throwIfAborted();
      const totalMs = options.timeouts?.totalMs ?? this.settings.timeouts.totalMs;
      return { object, body: fileBody(handle, { start, end }, options, totalMs) };
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
      checkPutOptions(this.settings, options);
      this.#begin(options);
      const given = checkedBody(body, options.sizeBytes);
      return await this.withStop(options, (call) =>
        this.#put(containerName(container), objectName(name), call, {
          chunks: given.kind === 'bytes' ? once(given.bytes) : given.open(call.signal),
          totalBytes: given.sizeBytes,
        }),
      );
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
    checkCall(this.settings, options, 'deleteObject');
    this.#begin(options);
    const object = objectName(name);
    const segments = segmentsOf(object);
    await removeFile(this.#root, containerName(container), object, segments).catch(
      (error: unknown) => throwSystemError(error, `Deleting ${JSON.stringify(object)}`),
    );
  }

  async deleteObjects(
    container: ContainerReference,
    names: Iterable<ObjectReference> | AsyncIterable<ObjectReference>,
    options: CallOptions = {},
  ): Promise<void> {
    checkCall(this.settings, options, 'deleteObjects');
    this.#begin(options);
    const place = containerName(container);
    await containerPath(this.#root, place);
    const failures: DeletionFailure[] = [];
    let total = 0;
    await this.withStop(options, async (call) => {
      for await (const name of checkedNames(names, segmentsOf)) {
        total += 1;
        try {
          await this.deleteObject(place, name, call);
        } catch (error) {
          if (!(error instanceof ResponseError) || error.status === 404) throw error;
          failures.push(failureOf(name, error));
        }
      }
    });
    if (failures.length > 0) throw deletionError(failures, total, { status: 403 }, PermissionError);
  }

  async copyObject(
    source: ObjectLocation,
    target: ObjectLocation,
    options: CallOptions = {},
  ): Promise<StorageObject> {
    checkCall(this.settings, options, 'copyObject');
    this.#begin(options);
    const from = locationNames(source, 'source');
    const to = locationNames(target, 'target');
    segmentsOf(to.name);
    const { handle, object } = await openObject(this.#root, from.container, from.name);
    const { contentType, metadata, sizeBytes } = object;
    const described = { ...options, contentType, metadata };
    return this.withStop(described, async (call) => {
      const chunks = fileBody(handle, { start: 0, end: sizeBytes }, { signal: call.signal });
      try {
        return await this.#put(to.container, to.name, call, { chunks, totalBytes: sizeBytes });
      } finally {
        chunks.destroy();
      }
    }).finally(() => handle.close());
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
    }).catch((error: unknown) => throwSystemError(error, `Writing ${JSON.stringify(name)}`));
    return modelOf(name, stat, { name, contentType, metadata, etag });
  }

  #begin({ signal }: CallOptions): void {
    signal?.throwIfAborted();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
