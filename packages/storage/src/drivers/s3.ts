/** Amazon S3, and what speaks its protocol. */
import { callOptions, defineCapabilities } from '@sdk/common';
import type { CallOptions, DriverOptions } from '@sdk/common';
import { AWS_KEYS, checkedCredentials } from '@sdk/providers/aws';
import type { AwsCredentials } from '@sdk/providers/aws';
import {
  checkCall,
  checkedNames,
  checkListOptions,
  checkPresignOptions,
  checkPutOptions,
  checkGetOptions,
} from '../call-checks.js';
import type { StorageCapabilities } from '../capabilities.js';
import { checkedContentType, checkedMetadata, DEFAULT_CONTENT_TYPE } from '../metadata.js';
import type {
  Container,
  ContainerReference,
  ObjectLocation,
  ObjectReference,
  StorageEntry,
  StorageObject,
} from '../models.js';
import { locationNames, objectName } from '../names.js';
import { checkedBody } from '../object-body.js';
import type { ObjectBody } from '../object-body.js';
import { checkedRange } from '../range.js';
import { discard } from '../source.js';
import { StorageDriver } from '../storage-driver.js';
import type {
  Download,
  GetObjectOptions,
  ListObjectsOptions,
  PresignOptions,
  PutObjectOptions,
} from '../storage-driver.js';
import { addressingOf } from './s3/addressing.js';
import { objectFrom } from './s3/answers.js';
import { Buckets } from './s3/buckets.js';
import { copy } from './s3/copy.js';
import { createBucket, deleteBucket } from './s3/create-bucket.js';
import { deleteMany, deleteOne } from './s3/delete.js';
import { download } from './s3/download.js';
import { listBuckets, listEntries } from './s3/list.js';
import { withoutDescription } from './s3/object-facts.js';
import type { UploadMeans } from './s3/object-facts.js';
import { RunningUploads } from './s3/running-uploads.js';
import { S3Connection } from './s3/s3-connection.js';
import { upload } from './s3/upload.js';

/** Who calls, and where. */
export interface S3StorageOptions extends DriverOptions, AwsCredentials {
  /**
   * The bucket in the path (`true`) or in the host's name (`false`).
   * @default `true` with an `endpoint`, else `false`; names that can be no host's always go into the path
   */
  readonly pathStyle?: boolean | undefined;
}

/**
 * Object storage by the protocol of Amazon S3. Without `endpoint` it is Amazon's own of the `region`.
 *
 * @example
 * const storage = new S3Storage({ accessKeyId, secretAccessKey, region: 'eu-west-1' });
 * await storage.putObject('photos', 'cat.jpg', createReadStream('cat.jpg'), { contentType: 'image/jpeg' });
 */
export class S3Storage extends StorageDriver<S3Connection> {
  readonly capabilities: StorageCapabilities = defineCapabilities({
    presign: true,
    atomicIfNoneMatch: true,
    listsMetadata: {
      reason: 'lists of objects carry name, size, etag and time only; ask headObject',
      source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html',
    },
    anyObjectName: true,
  });
  readonly #region: string;
  readonly #buckets: Buckets;
  readonly #uploads: RunningUploads;

  constructor(options: S3StorageOptions) {
    let buckets: Buckets | undefined;
    super(options, [...AWS_KEYS, 'pathStyle'], (settings) => {
      const credentials = checkedCredentials(options);
      const addressing = addressingOf(settings.endpoint, credentials.region, options.pathStyle);
      const { endpoint } = addressing;
      const connection = new S3Connection(settings, { credentials, endpoint });
      buckets = new Buckets({ settings, credentials, addressing, connection });
      return connection;
    });
    this.#region = options.region;
    this.#buckets = buckets!;
    this.#uploads = RunningUploads.of(this.settings);
  }

  async *listContainers(options: CallOptions = {}): AsyncGenerator<Container> {
    checkCall(this.settings, options, 'listContainers');
    yield* listBuckets(this.connection, options);
  }

  async getContainer(container: ContainerReference, options: CallOptions = {}): Promise<Container> {
    checkCall(this.settings, options, 'getContainer');
    const bucket = this.#buckets.of(container);
    const { headers } = await bucket.request({ method: 'HEAD' }, options);
    return { name: bucket.name, raw: headers.toJSON() };
  }

  async createContainer(name: string, options: CallOptions = {}): Promise<Container> {
    checkCall(this.settings, options, 'createContainer');
    const bucket = this.#buckets.of(name, 'name');
    return this.underTotal(options, (call) => createBucket(bucket, this.#region, call));
  }

  async deleteContainer(container: ContainerReference, options: CallOptions = {}): Promise<void> {
    checkCall(this.settings, options, 'deleteContainer');
    await deleteBucket(this.#buckets.of(container), options);
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
    yield* listEntries(this.#buckets.of(container), options, callOptions(options) ?? {});
  }

  async headObject(
    container: ContainerReference,
    name: ObjectReference,
    options: CallOptions = {},
  ): Promise<StorageObject> {
    checkCall(this.settings, options, 'headObject');
    const key = objectName(name);
    const bucket = this.#buckets.of(container);
    return objectFrom(key, await bucket.request({ method: 'HEAD', key }, options));
  }

  async getObject(
    container: ContainerReference,
    name: ObjectReference,
    options: GetObjectOptions = {},
  ): Promise<Download> {
    checkGetOptions(this.settings, options);
    const key = objectName(name);
    const range = checkedRange(options.range);
    const bucket = this.#buckets.of(container);
    return this.underTotal(options, (call) =>
      download(bucket, key, range, call, this.settings.retry.attempts),
    );
  }

  async putObject(
    container: ContainerReference,
    name: ObjectReference,
    body: ObjectBody,
    options: PutObjectOptions = {},
  ): Promise<StorageObject> {
    try {
      checkPutOptions(this.settings, options);
      return await upload(
        {
          bucket: this.#buckets.of(container),
          key: objectName(name),
          contentType: checkedContentType(options.contentType) ?? DEFAULT_CONTENT_TYPE,
          metadata: checkedMetadata(options.metadata),
          mustBeNew: options.ifNoneMatch !== undefined,
          call: withoutDescription(callOptions(options) ?? {}),
          ...this.#means,
        },
        checkedBody(body, options.sizeBytes),
      );
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
    await deleteOne(this.#buckets.of(container), objectName(name), options);
  }

  async deleteObjects(
    container: ContainerReference,
    names: Iterable<ObjectReference> | AsyncIterable<ObjectReference>,
    options: CallOptions = {},
  ): Promise<void> {
    checkCall(this.settings, options, 'deleteObjects');
    const bucket = this.#buckets.of(container);
    await this.withStop(options, (call) =>
      deleteMany(bucket, checkedNames(names, call.signal), call),
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
    return copy(
      { bucket: this.#buckets.of(from.container), key: from.name },
      { bucket: this.#buckets.of(to.container), key: to.name },
      { call: options, ...this.#means },
    );
  }

  /** The URL is good for up to seven days. With PUT it takes any bytes: a body cannot be signed beforehand. */
  override async presign(
    container: ContainerReference,
    name: ObjectReference,
    options: PresignOptions,
  ): Promise<string> {
    this.settings.checkOpen();
    checkPresignOptions(options);
    return this.#buckets
      .of(container)
      .presign(options.method, objectName(name), options.expiresInSeconds);
  }

  /** Aborts the uploads in parts that are under way, those of views too, and then ends every socket. */
  override async close(): Promise<void> {
    const aborted = this.#uploads.close(this.settings);
    // Without any, later calls are refused from this very moment.
    if (aborted !== undefined) await aborted;
    await super.close();
  }

  /** What uploads and copies in parts need of the driver. */
  get #means(): UploadMeans {
    return {
      withStop: (call, run) => this.withStop(call, run),
      uploads: this.#uploads,
      warn: (message) => this.#warn(message),
    };
  }

  #warn(message: string): void {
    const { logger } = this.settings;
    if (logger === undefined) process.emitWarning(message, { code: 'SDK_UPLOAD_NOT_ABORTED' });
    else logger.warn(message);
  }
}
