/** Where a bucket is: in the host's name, or in the path. */
import { isIP } from 'node:net';
import { ConfigurationError, percentEncode } from '@sdk/common';
import { encodeUriPath } from '@sdk/providers/aws';

/** How the buckets of one endpoint are reached. */
export interface Addressing {
  readonly endpoint: URL;
  /** The endpoint of one bucket, where its name goes into the host; `undefined`: it goes into the path. */
  bucketEndpoint(bucket: string): URL | undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, but for names with dots. */
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9])$/;
const HOST_LABELS = /^[a-z0-9](?:[a-z0-9.-]{1,61}[a-z0-9])$/;

/** Amazon's own endpoint of a region. */
function awsEndpoint(region: string): URL {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(`https://s3.${region}.${suffix}`);
}

/**
 * Path style for custom endpoints unless `pathStyle` is `false`; else the bucket goes into the host, but for names that
 * are no host's and, over TLS, for names with dots, which a wildcard certificate does not cover.
 * @throws ConfigurationError where the host is an IP address and `pathStyle` is `false`.
 */
export function addressingOf(
  custom: URL | undefined,
  region: string,
  pathStyle: boolean | undefined,
): Addressing {
  if (pathStyle !== undefined && typeof pathStyle !== 'boolean') {
    throw new ConfigurationError('pathStyle is neither true nor false', { field: 'pathStyle' });
  }
  const endpoint = custom ?? awsEndpoint(region);
  const inPath = pathStyle ?? custom !== undefined;
  if (!inPath && isIP(endpoint.hostname.replace(/^\[|\]$/g, '')) !== 0) {
    throw new ConfigurationError(
      'pathStyle is false, and the endpoint is an IP address, before which no bucket can stand; leave pathStyle out',
      { field: 'pathStyle' },
    );
  }
  const label = endpoint.protocol === 'https:' ? HOST_LABEL : HOST_LABELS;
  return {
    endpoint,
    bucketEndpoint(bucket) {
      if (inPath || !label.test(bucket) || bucket.includes('..')) return undefined;
      const url = new URL(endpoint);
      url.host = `${bucket}.${endpoint.host}`;
      return url;
    },
  };
}

/** The path of a bucket or of an object in it, below the endpoint; byte for byte what is signed. */
export function resourcePath(bucket: string | undefined, key?: string): string {
  const place = bucket === undefined ? '' : `/${percentEncode(bucket)}`;
  return key === undefined ? place || '/' : `${place}/${encodeUriPath(key)}`;
}
