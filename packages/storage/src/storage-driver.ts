/** What every storage driver can do, and what its methods mean on each of them. */
import type { Readable } from 'node:stream';
import { BaseDriver, requireCapability, UnsupportedError } from '@sdk/common';
import type { BaseConnection, CallOptions } from '@sdk/common';
import type { StorageCapabilities } from './capabilities.js';
import type {
  Container,
  ContainerReference,
  ObjectLocation,
  ObjectReference,
  StorageEntry,
  StorageObject,
} from './models.js';
import type { ObjectBody } from './object-body.js';
import type { ByteRange } from './range.js';

/** What a list of objects may be narrowed by. */
export interface ListObjectsOptions extends CallOptions {
  /** Only names that begin with it. */
  readonly prefix?: string | undefined;
  /** Names that share a part up to this text (behind `prefix`) are answered as one `{ kind: 'prefix' }`. */
  readonly delimiter?: string | undefined;
  /** Only entries whose name comes after this one, bytewise; it need not exist. */
  readonly startAfter?: string | undefined;
}

/** What a download may ask for. */
export interface GetObjectOptions extends CallOptions {
  /** Left out: all bytes. A start behind the last byte is a `ResponseError` with status 416. */
  readonly range?: ByteRange | undefined;
  /** An `etag`: where the object has another one, the call is a `PreconditionError`. */
  readonly ifMatch?: string | undefined;
  /**
   * Whether a download that breaks off goes on where it was (`Range` and `If-Match`), up to `retry.attempts` times in a
   * row without progress. An object that was changed meanwhile ends it with a `PreconditionError`, an answer that is not
   * the rest of it with a `MalformedResponseError`; nothing of either is handed over. @default false
   */
  readonly resume?: boolean | undefined;
}

/** What an upload may say of its object. */
export interface PutObjectOptions extends CallOptions {
  /** @default 'application/octet-stream' */
  readonly contentType?: string | undefined;
  /** Names are case-insensitive and come back in lower case; values are printable ASCII. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** `'*'`: where an object of that name exists, the call is a `PreconditionError` and changes nothing. */
  readonly ifNoneMatch?: '*' | undefined;
  /** The size of a stream, where it is known: one that ends elsewhere is refused and stores nothing. */
  readonly sizeBytes?: number | undefined;
}

/** What a presigned URL allows, and for how long. */
export interface PresignOptions {
  readonly method: 'GET' | 'PUT' | 'HEAD' | 'DELETE';
  readonly expiresInSeconds: number;
}

/** A download: what is known of the object, and its bytes. */
export interface Download {
  readonly object: StorageObject;
  /**
   * The bytes as they are stored, never decompressed. It must be read or destroyed, since it holds a socket or a file;
   * a failure on the way is an SDK error on it.
   */
  readonly body: Readable;
}

/**
 * Containers and objects of one provider. The same on every driver:
 *
 * - lists are async iterables, sorted by the bytes of the names; a page is fetched only when asked for
 * - an absent container is a `NotFoundError`, for its objects too; an absent object is one to get, head or copy
 * - deleting an absent object succeeds; deleting an absent container does not
 * - creating an existing container, or deleting one that is not empty, is a `ConflictError`
 * - an upload that fails or is aborted leaves nothing behind, and what was there before stays
 * - what the caller got wrong is a `ConfigurationError` that names the field, and nothing is sent
 */
export abstract class StorageDriver<
  C extends BaseConnection | undefined = BaseConnection | undefined,
> extends BaseDriver<C> {
  /** What this driver's provider can do, and where it says what it cannot. */
  abstract readonly capabilities: StorageCapabilities;

  /** Every container of the account, by name. */
  abstract listContainers(options?: CallOptions): AsyncIterable<Container>;
  /** @throws NotFoundError */
  abstract getContainer(container: ContainerReference, options?: CallOptions): Promise<Container>;
  /** @throws ConflictError where it exists already. */
  abstract createContainer(name: string, options?: CallOptions): Promise<Container>;
  /** @throws NotFoundError; ConflictError where it is not empty. */
  abstract deleteContainer(container: ContainerReference, options?: CallOptions): Promise<void>;

  /** Objects, by name; with a `delimiter` also the prefixes that stand for the rest. */
  abstract listObjects(
    container: ContainerReference,
    options?: ListObjectsOptions & { readonly delimiter?: undefined },
  ): AsyncIterable<StorageObject>;
  abstract listObjects(
    container: ContainerReference,
    options?: ListObjectsOptions,
  ): AsyncIterable<StorageEntry>;

  /** What is known of an object, without its bytes. @throws NotFoundError */
  abstract headObject(
    container: ContainerReference,
    name: ObjectReference,
    options?: CallOptions,
  ): Promise<StorageObject>;
  /** An object and its bytes. @throws NotFoundError; PreconditionError (`ifMatch`); ResponseError 416 (`range`). */
  abstract getObject(
    container: ContainerReference,
    name: ObjectReference,
    options?: GetObjectOptions,
  ): Promise<Download>;
  /** Stores an object, whole or not at all. @throws NotFoundError (container); PreconditionError (`ifNoneMatch`). */
  abstract putObject(
    container: ContainerReference,
    name: ObjectReference,
    body: ObjectBody,
    options?: PutObjectOptions,
  ): Promise<StorageObject>;
  /** Succeeds where there is none. @throws NotFoundError where the container is absent. */
  abstract deleteObject(
    container: ContainerReference,
    name: ObjectReference,
    options?: CallOptions,
  ): Promise<void>;
  /**
   * Deletes many, in as few calls as the provider allows. Where some could not be deleted the rest still was, and the
   * error's `body` lists `{ name, code, message }` for each that was not.
   */
  abstract deleteObjects(
    container: ContainerReference,
    names: Iterable<ObjectReference> | AsyncIterable<ObjectReference>,
    options?: CallOptions,
  ): Promise<void>;
  /** Copies bytes, content type and metadata without bringing them here. @throws NotFoundError */
  abstract copyObject(
    source: ObjectLocation,
    target: ObjectLocation,
    options?: CallOptions,
  ): Promise<StorageObject>;

  /**
   * A URL that allows one thing for a while to whoever has it. Nothing is sent.
   * @throws UnsupportedError where `capabilities.presign` is `false`.
   */

  async presign(
    _container: ContainerReference,
    _name: ObjectReference,
    _options: PresignOptions,
  ): Promise<string> {
    requireCapability(this.capabilities, 'presign', this.constructor.name);
    throw new UnsupportedError(`${this.constructor.name} does not presign`);
  }
}
