/** The buckets of a driver, each with the connection that leads to it. */
import { BoundedMap } from '@sdk/common';
import type { Settings } from '@sdk/common';
import type { AwsCredentials } from '@sdk/providers/aws';
import type { ContainerReference } from '../../models.js';
import { containerName } from '../../names.js';
import type { Addressing } from './addressing.js';
import { Bucket } from './bucket.js';
import { S3Connection } from './s3-connection.js';

/** Bounds the memory that many bucket names take. */
const MAX_BUCKETS = 1_000;

/** What the connections of buckets are made of. */
export interface BucketsPlace {
  readonly settings: Settings;
  readonly credentials: AwsCredentials;
  readonly addressing: Addressing;
  /** The driver's own, which leads to each bucket that goes into the path. */
  readonly connection: S3Connection;
}

/** Makes each bucket's connection once. */
export class Buckets {
  readonly #place: BucketsPlace;
  readonly #known = new BoundedMap<string, Bucket>(MAX_BUCKETS);

  constructor(place: BucketsPlace) {
    this.#place = place;
  }

  /** @throws ConfigurationError where that can be no container's name. */
  of(container: ContainerReference, field = 'container'): Bucket {
    const name = containerName(container, field);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const bucket = this.#made(name);
    this.#known.set(name, bucket);
    return bucket;
  }

  #made(name: string): Bucket {
    const { settings, credentials, addressing, connection } = this.#place;
    const endpoint = addressing.bucketEndpoint(name);
    if (endpoint === undefined) return new Bucket(name, connection, true);
    const { clock } = connection;
    return new Bucket(name, new S3Connection(settings, { credentials, endpoint, clock }), false);
  }
}
