import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startOrigin } from '@sdk/testing';
import type { Origin, ServerTls } from '@sdk/testing';
import { verifySigV4 } from './verify-sigv4.js';

interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly modified: Date;
}

interface Multipart {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Stored>;
}

/** One request, taken apart. */
export interface S3Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Answers a call in the place of the origin; `false` leaves it to the origin. */
export type Interception = (call: S3Call) => unknown;

/** An S3 that lives in memory, verifies signatures, and can be made to answer what a test needs. */
export interface S3Origin extends Origin {
  readonly calls: readonly S3Call[];
  readonly uploads: ReadonlyMap<string, Multipart>;
  objects(bucket: string): ReadonlyMap<string, Stored>;
  /** Runs before each call is answered, after its signature was verified. */
  intercept: Interception | undefined;
  /** Runs before the body has come; `true`: it has answered. */
  early: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Milliseconds that the origin's clock is ahead of ours. */
  clockOffsetMs: number;
}

export interface S3OriginOptions {
  readonly tls?: ServerTls | undefined;
  /** Entries on a page of a list. @default 3, so that every list has pages */
  readonly pageSize?: number | undefined;
  /** Requests to `<bucket>.<host>` name the bucket in the host; such as `s3.eu-west-1.amazonaws.com`. */
  readonly virtualHost?: string | undefined;
}

const md5 = (data: Buffer): string => createHash('md5').update(data).digest('hex');
const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const encoded = (text: string): string => escape(encodeURIComponent(text).replaceAll('%20', '+'));

/** Answers a failure as S3 does. */
export function fail(
  { response, method }: S3Call,
  status: number,
  code: string,
  more: Readonly<Record<string, string>> = {},
): void {
  const elements = Object.entries({
    Code: code,
    Message: `It is ${code}`,
    RequestId: 'REQ1',
    ...more,
  });
  const xml = elements.map(([name, value]) => `<${name}>${escape(value)}</${name}>`).join('');
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'REQ1' });
  response.end(
    method === 'HEAD' ? undefined : `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${xml}</Error>`,
  );
}

/** Answers a document. */
export function answerXml(response: ServerResponse, xml: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
}

export async function startS3Origin(options: S3OriginOptions = {}): Promise<S3Origin> {
  const buckets = new Map<string, Map<string, Stored>>();
  const uploads = new Map<string, Multipart>();
  const calls: S3Call[] = [];
  const pageSize = options.pageSize ?? 3;
  let uploadIds = 0;

  const origin = await startOrigin({
    tls: options.tls,
    handler: async (request, response) => {
      if (state.early?.(request, response) === true) return undefined;
      const body = await bodyOf(request);
      if (body === undefined) return undefined;
      const call = takenApart(request, response, body, options.virtualHost);
      calls.push(call);
      response.setHeader('date', new Date(Date.now() + state.clockOffsetMs).toUTCString());
      const now = Date.now() + state.clockOffsetMs;
      const verdict = verifySigV4(request, call.body, now, options.tls !== undefined);
      if (verdict !== undefined) return fail(call, 403, verdict.code, verdict.echo);
      const intercepted: unknown =
        state.intercept === undefined ? false : await state.intercept(call);
      if (intercepted !== false) return undefined;
      return answer(call);
    },
  });
  const state: S3Origin = Object.assign(origin, {
    calls,
    uploads,
    objects: (bucket: string) => buckets.get(bucket) ?? new Map<string, Stored>(),
    intercept: undefined,
    early: undefined,
    clockOffsetMs: 0,
  });
  return state;

  function answer(call: S3Call): void {
    const { response, method, bucket, key, query } = call;
    if (bucket === undefined) {
      const list = [...buckets.keys()]
        .sort()
        .map(
          (name) =>
            `<Bucket><Name>${name}</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate></Bucket>`,
        );
      return answerXml(
        response,
        `<ListAllMyBucketsResult><Buckets>${list.join('')}</Buckets></ListAllMyBucketsResult>`,
      );
    }
    const objects = buckets.get(bucket);
    if (key === undefined && method === 'PUT') {
      if (objects !== undefined) return fail(call, 409, 'BucketAlreadyExists');
      buckets.set(bucket, new Map());
      return void response.end();
    }
    if (objects === undefined) return fail(call, 404, 'NoSuchBucket');
    if (key === undefined) return answerBucket(call, bucket, objects);
    if (query.has('uploads') || query.has('uploadId'))
      return answerMultipart(call, bucket, key, objects);
    if (method === 'PUT') return putOrCopy(call, key, objects);
    const stored = objects.get(key);
    if (method === 'DELETE') {
      objects.delete(key);
      return void response.writeHead(204).end();
    }
    if (stored === undefined) return fail(call, 404, 'NoSuchKey');
    return send(call, stored);
  }

  function answerBucket(call: S3Call, bucket: string, objects: Map<string, Stored>): void {
    const { response, method, query, body } = call;
    if (method === 'HEAD') return void response.end();
    if (method === 'DELETE') {
      if (objects.size > 0) return fail(call, 409, 'BucketNotEmpty');
      buckets.delete(bucket);
      return void response.writeHead(204).end();
    }
    if (method === 'POST' && query.has('delete')) {
      const digest = createHash('md5').update(body).digest('base64');
      if (call.request.headers['content-md5'] !== digest) return fail(call, 400, 'BadDigest');
      const names = [...body.toString().matchAll(/<Key>([^]*?)<\/Key>/g)].map(([, name]) =>
        unescaped(name ?? ''),
      );
      if (names.length > 1000) return fail(call, 400, 'MalformedXML');
      for (const name of names) objects.delete(name);
      return answerXml(response, '<DeleteResult/>');
    }
    return list(call, objects);
  }

  function list({ response, query }: S3Call, objects: Map<string, Stored>): void {
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const entries = new Map<string, string>();
    const names = [...objects.keys()].sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    for (const name of names) {
      if (!name.startsWith(prefix) || Buffer.compare(Buffer.from(name), Buffer.from(after)) <= 0)
        continue;
      const cut = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length);
      const shared = cut < 0 ? undefined : name.slice(0, cut + (delimiter?.length ?? 0));
      if (shared !== undefined) {
        if (query.has('continuation-token') && after.startsWith(shared)) continue;
        entries.set(shared, `<CommonPrefixes><Prefix>${encoded(shared)}</Prefix></CommonPrefixes>`);
      } else {
        const { bytes, etag, modified } = objects.get(name)!;
        entries.set(
          name,
          `<Contents><Key>${encoded(name)}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${bytes.length}</Size></Contents>`,
        );
      }
    }
    const page = [...entries].slice(0, pageSize);
    const more = entries.size > pageSize;
    const last = page.at(-1)?.[0] ?? '';
    const token = delimiter !== undefined && last.endsWith(delimiter) ? `${last}\u{10ffff}` : last;
    const next = more ? `<NextContinuationToken>${escape(token)}</NextContinuationToken>` : '';
    answerXml(
      response,
      `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>${next}${page.map(([, xml]) => xml).join('')}</ListBucketResult>`,
    );
  }

  function answerMultipart(
    call: S3Call,
    bucket: string,
    key: string,
    objects: Map<string, Stored>,
  ): void {
    const { response, method, query, body, request } = call;
    if (query.has('uploads')) {
      uploadIds += 1;
      const id = `upload+${uploadIds}/=`;
      uploads.set(id, { bucket, key, headers: kept(request), parts: new Map() });
      return answerXml(
        response,
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    const id = query.get('uploadId') ?? '';
    const upload = uploads.get(id);
    if (upload === undefined || upload.key !== key) return fail(call, 404, 'NoSuchUpload');
    if (method === 'DELETE') {
      uploads.delete(id);
      return void response.writeHead(204).end();
    }
    if (method === 'PUT') {
      const number = Number(query.get('partNumber'));
      upload.parts.set(number, stored(body, {}));
      return void response.setHeader('etag', `"${md5(body)}"`).end();
    }
    if (request.headers['if-none-match'] === '*' && objects.has(key))
      return fail(call, 412, 'PreconditionFailed');
    const told = [
      ...body
        .toString()
        .matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>(?:&quot;|")(\w+)(?:&quot;|")<\/ETag>/g),
    ];
    const parts = told.map(([, number]) => upload.parts.get(Number(number)));
    if (told.length === 0 || parts.some((part, i) => part?.etag !== told[i]?.[2]))
      return fail(call, 400, 'InvalidPart');
    if (parts.slice(0, -1).some((part) => part!.bytes.length < 5 * 1024 * 1024))
      return fail(call, 400, 'EntityTooSmall');
    const etag = `${md5(Buffer.from(parts.map((part) => part!.etag).join(''), 'hex'))}-${parts.length}`;
    const whole = stored(Buffer.concat(parts.map((part) => part!.bytes)), upload.headers);
    objects.set(key, { ...whole, etag });
    uploads.delete(id);
    return answerXml(
      response,
      `<CompleteMultipartUploadResult><ETag>&quot;${etag}&quot;</ETag></CompleteMultipartUploadResult>`,
    );
  }

  function putOrCopy(call: S3Call, key: string, objects: Map<string, Stored>): void {
    const { request, response, body } = call;
    const source = request.headers['x-amz-copy-source'];
    if (typeof source === 'string') {
      const [, bucket = '', name = ''] =
        /^\/([^/]+)\/(.*)$/s.exec(decodeURIComponent(source)) ?? [];
      const from = buckets.get(bucket)?.get(name);
      if (from === undefined) return fail(call, 404, 'NoSuchKey');
      objects.set(key, { ...from, modified: new Date() });
      return answerXml(
        response,
        `<CopyObjectResult><ETag>&quot;${from.etag}&quot;</ETag></CopyObjectResult>`,
      );
    }
    if (request.headers['if-none-match'] === '*' && objects.has(key))
      return fail(call, 412, 'PreconditionFailed');
    const object = stored(body, kept(request));
    objects.set(key, object);
    return void response.setHeader('etag', `"${object.etag}"`).end();
  }

  function send(call: S3Call, { bytes, etag, headers, modified }: Stored): void {
    const { request, response, method } = call;
    const wanted = request.headers['if-match'];
    if (wanted !== undefined && wanted !== `"${etag}"`)
      return fail(call, 412, 'PreconditionFailed');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('etag', `"${etag}"`).setHeader('last-modified', modified.toUTCString());
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    if (first === undefined) {
      response.setHeader('content-length', bytes.length).end(method === 'HEAD' ? undefined : bytes);
      return;
    }
    const start = Number(first);
    if (start >= bytes.length) return fail(call, 416, 'InvalidRange');
    const end = last === '' ? bytes.length : Math.min(Number(last) + 1, bytes.length);
    response.setHeader('content-range', `bytes ${start}-${end - 1}/${bytes.length}`);
    response.setHeader('content-length', end - start);
    response.writeHead(206).end(bytes.subarray(start, end));
  }
}

/** `undefined` where the client broke the request off. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

function stored(bytes: Buffer, headers: Readonly<Record<string, string>>): Stored {
  return { bytes, etag: md5(bytes), headers, modified: new Date() };
}

function kept(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name === 'content-type' || name.startsWith('x-amz-meta-')) headers[name] = String(value);
  }
  return headers;
}

function unescaped(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, code: string | undefined, name: string) =>
    code === undefined ? (named[name] ?? '') : String.fromCodePoint(Number(code)),
  );
}

function takenApart(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  virtualHost: string | undefined,
): S3Call {
  const [path = '', rawQuery = ''] = (request.url ?? '').split(/\?(.*)/s);
  const query = new Map<string, string>();
  for (const pair of rawQuery.split('&').filter(Boolean)) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    query.set(decodeURIComponent(name), decodeURIComponent(value));
  }
  const host = request.headers.host ?? '';
  const inHost = virtualHost !== undefined && host.endsWith(`.${virtualHost}`);
  const rest = path.slice(1);
  const slash = rest.indexOf('/');
  const first = slash < 0 ? rest : rest.slice(0, slash);
  const bucket = inHost
    ? host.slice(0, -virtualHost.length - 1)
    : first === ''
      ? undefined
      : decodeURIComponent(first);
  const rawKey = inHost ? rest : slash < 0 ? '' : rest.slice(slash + 1);
  const key = rawKey === '' ? undefined : decodeURIComponent(rawKey);
  return { request, response, method: request.method ?? '', bucket, key, query, body };
}
