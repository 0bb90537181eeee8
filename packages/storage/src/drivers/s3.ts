/** Amazon S3, and what speaks its protocol. */
import {
  buildXml,
  callOptions,
  ConflictError,
  defineCapabilities,
  isSdkError,
  PermissionError,
  ResponseError,
} from '@sdk/common';
import type { CallOptions, DriverOptions, RequestSpec, ViewOptions } from '@sdk/common';
import { awsErrorClass, AWS_KEYS, checkedCredentials } from '@sdk/providers/aws';
import type { AwsCredentials } from '@sdk/providers/aws';
import { compareBytes } from '../byte-order.js';
import {
  checkCall,
  checkedNames,
  checkListOptions,
  checkPresignOptions,
  checkPutOptions,
  checkGetOptions,
} from '../call-checks.js';
import type { StorageCapabilities } from '../capabilities.js';
import { deletionError, failureOf, withFailures } from '../deletion-failures.js';
import type { DeletionFailure } from '../deletion-failures.js';
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
import { addressingOf } from './s3/addressing.js';
import type { Addressing } from './s3/addressing.js';
import { containerFrom, objectFromHeaders } from './s3/answers.js';
import type { WireBuckets } from './s3/answers.js';
import { Bucket } from './s3/bucket.js';
import { copy } from './s3/copy.js';
import { download } from './s3/download.js';
import { deleteBatch, fitsInXml, MAX_NAMES } from './s3/delete-many.js';
import { listEntries } from './s3/list.js';
import type { UploadMeans } from './s3/object-facts.js';
import { RunningUploads } from './s3/running-uploads.js';
import { lacking, S3Connection } from './s3/s3-connection.js';
import { upload } from './s3/upload.js';
import { StorageDriver } from '../storage-driver.js';
import type {
  Download,
  GetObjectOptions,
  ListObjectsOptions,
  PresignOptions,
  PutObjectOptions,
} from '../storage-driver.js';

/** Who calls, and where. */
export interface S3StorageOptions extends DriverOptions, AwsCredentials {
  /**
   * The bucket in the path (`true`) or in the host's name (`false`).
   * @default `true` with an `endpoint`, else `false`; names that can be no host's always go into the path
   */
  readonly pathStyle?: boolean | undefined;
}

const XMLNS = 'http://s3.amazonaws.com/doc/2006-03-01/';
/** Bounds the memory that many bucket names take; the oldest goes first. */
const MAX_BUCKETS = 1_000;

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
  readonly #credentials: AwsCredentials;
  readonly #addressing: Addressing;
  readonly #buckets = new Map<string, Bucket>();
  #uploads = new RunningUploads();
  #isView = false;

  constructor(options: S3StorageOptions) {
    let credentials: AwsCredentials | undefined;
    let addressing: Addressing | undefined;
    super(options, [...AWS_KEYS, 'pathStyle'], (settings) => {
      credentials = checkedCredentials(options);
      addressing = addressingOf(settings.endpoint, credentials.region, options.pathStyle);
      return new S3Connection(settings, { credentials, endpoint: addressing.endpoint });
    });
    this.#credentials = credentials!;
    this.#addressing = addressing!;
  }

  async *listContainers(options: CallOptions = {}): AsyncGenerator<Container> {
    checkCall(this.settings, options, 'listContainers');
    let token: string | undefined;
    do {
      const { body } = await this.connection.request<WireBuckets>(
        {
          method: 'GET',
          path: '/',
          query: { 'continuation-token': token },
          expect: 'xml',
          xml: { arrays: ['Bucket'] },
        },
        options,
      );
      const page = body?.ListAllMyBucketsResult;
      if (page === undefined) throw lacking('<ListAllMyBucketsResult>');
      const buckets =
        page.Buckets === undefined || page.Buckets === '' ? [] : (page.Buckets.Bucket ?? []);
      yield* buckets.map(containerFrom).sort((a, b) => compareBytes(a.name, b.name));
      if (token !== undefined && page.ContinuationToken === token)
        throw lacking('another <ContinuationToken>');
      token = page.ContinuationToken || undefined;
    } while (token !== undefined);
  }

  async getContainer(container: ContainerReference, options: CallOptions = {}): Promise<Container> {
    checkCall(this.settings, options, 'getContainer');
    const bucket = this.#bucket(container);
    const { headers } = await bucket.request({ method: 'HEAD' }, options);
    return { name: bucket.name, raw: headers.toJSON() };
  }

  async createContainer(name: string, options: CallOptions = {}): Promise<Container> {
    checkCall(this.settings, options, 'createContainer');
    const bucket = this.#bucket(name, 'name');
    const { region } = this.#credentials;
    return this.underTotal(options, async (call) => {
      // In us-east-1 Amazon answers 200 to whoever owns the bucket already, as some others do everywhere.
      const { status } = await bucket.request(
        { method: 'HEAD', success: [301, 400, 403, 404] },
        call,
      );
      if (status === 200) throw ownedAlready(bucket.name);
      const { headers } = await bucket.request(
        { method: 'PUT', ...placedIn(region), expect: 'none' },
        call,
      );
      return { name: bucket.name, raw: headers.toJSON() };
    });
  }

  async deleteContainer(container: ContainerReference, options: CallOptions = {}): Promise<void> {
    checkCall(this.settings, options, 'deleteContainer');
    await this.#bucket(container).request({ method: 'DELETE', expect: 'none' }, options);
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
    yield* listEntries(this.#bucket(container), options, callOptions(options) ?? {});
  }

  async headObject(
    container: ContainerReference,
    name: ObjectReference,
    options: CallOptions = {},
  ): Promise<StorageObject> {
    checkCall(this.settings, options, 'headObject');
    const key = objectName(name);
    const { headers } = await this.#bucket(container).request({ method: 'HEAD', key }, options);
    return objectFromHeaders(key, headers);
  }

  async getObject(
    container: ContainerReference,
    name: ObjectReference,
    options: GetObjectOptions = {},
  ): Promise<Download> {
    checkGetOptions(this.settings, options);
    const key = objectName(name);
    const range = checkedRange(options.range);
    const { retry, timeouts } = this.settings;
    const defaults = { retry, totalMs: timeouts.totalMs };
    return download(this.#bucket(container), key, range, options, defaults);
  }

  async putObject(
    container: ContainerReference,
    name: ObjectReference,
    body: ObjectBody,
    options: PutObjectOptions = {},
  ): Promise<StorageObject> {
    try {
      this.settings.checkOpen();
      checkPutOptions(this.settings, options);
      return await upload(
        {
          bucket: this.#bucket(container),
          key: objectName(name),
          contentType: checkedContentType(options.contentType) ?? DEFAULT_CONTENT_TYPE,
          metadata: checkedMetadata(options.metadata),
          mustBeNew: options.ifNoneMatch !== undefined,
          call: callOptions(options) ?? {},
          ...this.#means,
        },
        checkedBody(body, options.sizeBytes),
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
    const key = objectName(name);
    try {
      await this.#bucket(container).request({ method: 'DELETE', key, expect: 'none' }, options);
    } catch (error) {
      // Amazon answers 204; some others say that it was not there.
      if (!isSdkError(error, 'SDK_NOT_FOUND') || error.providerCode !== 'NoSuchKey') throw error;
    }
  }

  async deleteObjects(
    container: ContainerReference,
    names: Iterable<ObjectReference> | AsyncIterable<ObjectReference>,
    options: CallOptions = {},
  ): Promise<void> {
    checkCall(this.settings, options, 'deleteObjects');
    const bucket = this.#bucket(container);
    const failures: DeletionFailure[] = [];
    let total = 0;
    await this.underTotal(options, async (call) => {
      let batch: string[] = [];
      const flush = async (): Promise<void> => {
        if (batch.length > 0) failures.push(...(await deleteBatch(bucket, batch, call)));
        batch = [];
      };
      for await (const name of checkedNames(names)) {
        total += 1;
        if (fitsInXml(name)) batch.push(name);
        else failures.push(...(await this.#deleteAlone(container, name, call)));
        if (batch.length === MAX_NAMES) await flush();
      }
      await flush();
    }).catch((error: unknown) => {
      throw withFailures(error, failures, total);
    });
    const [first] = failures;
    if (first === undefined) return;
    const Class = awsErrorClass(first.code) ?? PermissionError;
    throw deletionError(failures, total, { status: 200, providerCode: first.code }, Class);
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
      { bucket: this.#bucket(from.container), key: from.name },
      { bucket: this.#bucket(to.container), key: to.name },
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
    return this.#bucket(container).presign(
      options.method,
      objectName(name),
      options.expiresInSeconds,
    );
  }

  override with(overrides: ViewOptions): this {
    const view = super.with(overrides);
    view.#uploads = this.#uploads;
    view.#isView = true;
    return view;
  }

  /** Aborts the uploads in parts that are under way, those of views too, and then ends every socket. */
  override async close(): Promise<void> {
    if (!this.#isView) {
      const aborted = this.#uploads.close();
      // Without any, later calls are refused from this very moment.
      if (aborted !== undefined) await aborted;
    }
    await super.close();
  }

  #bucket(container: ContainerReference, field = 'container'): Bucket {
    const name = containerName(container, field);
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const endpoint = this.#addressing.bucketEndpoint(name);
    const { clock } = this.connection;
    const bucket =
      endpoint === undefined
        ? new Bucket(name, this.connection, true)
        : new Bucket(
            name,
            new S3Connection(this.settings, { credentials: this.#credentials, endpoint, clock }),
            false,
          );
    if (this.#buckets.size >= MAX_BUCKETS)
      this.#buckets.delete(this.#buckets.keys().next().value as string);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  async #deleteAlone(
    container: ContainerReference,
    name: string,
    call: CallOptions,
  ): Promise<DeletionFailure[]> {
    try {
      await this.deleteObject(container, name, call);
      return [];
    } catch (error) {
      // Without a key or a bucket none of the others can be deleted either.
      if (!(error instanceof ResponseError) || [401, 404].includes(error.status)) throw error;
      return [failureOf(name, error)];
    }
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

function ownedAlready(bucket: string): ConflictError {
  return new ConflictError(`The bucket ${JSON.stringify(bucket)} exists already, and is yours`, {
    status: 409,
    providerCode: 'BucketAlreadyOwnedByYou',
  });
}

/** The body that says where a bucket shall be; us-east-1 is where it is without one. */
function placedIn(region: string): Pick<RequestSpec, 'body' | 'contentType'> {
  if (region === 'us-east-1') return {};
  const place = { LocationConstraint: region };
  return {
    body: buildXml('CreateBucketConfiguration', place, { xmlns: XMLNS }),
    contentType: 'application/xml',
  };
}
