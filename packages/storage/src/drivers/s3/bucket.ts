/** One bucket: the connection that leads to it, and the paths of its objects. */
import type { CallOptions, RequestSpec, SdkResponse } from '@sdk/common';
import { resourcePath } from './addressing.js';
import type { S3Connection } from './s3-connection.js';

/** A request to a bucket, or to an object in it where a key is given. */
export interface BucketRequest extends Omit<RequestSpec, 'path'> {
  readonly key?: string | undefined;
}

/** Requests go by its connection; whether the bucket stands in the host or in the path is settled here. */
export class Bucket {
  readonly name: string;
  readonly connection: S3Connection;
  readonly #nameInPath: string | undefined;

  /** @param inPath whether the connection's host is without the bucket's name. */
  constructor(name: string, connection: S3Connection, inPath: boolean) {
    this.name = name;
    this.connection = connection;
    this.#nameInPath = inPath ? name : undefined;
  }

  request<T>({ key, ...spec }: BucketRequest, call: CallOptions): Promise<SdkResponse<T>> {
    return this.connection.request<T>({ ...spec, path: resourcePath(this.#nameInPath, key) }, call);
  }

  /** The URL that allows one method on an object to whoever has it. */
  presign(method: string, key: string, expiresInSeconds: number): string {
    const { endpoint } = this.connection;
    const base = endpoint.pathname.replace(/\/$/, '');
    const target = base + resourcePath(this.#nameInPath, key);
    return endpoint.origin + this.connection.presign(method, target, expiresInSeconds);
  }
}
