/** The head of a request as it is sent: the target and a flat list of headers. */
import { ConfigurationError } from '../errors.js';
import type { TransportRequest } from './transport.js';

/** What is written on the request line and below it. */
export interface Head {
  readonly target: string;
  readonly headers: string[];
  /** What the caller's `Content-Length` says. */
  readonly declaredBytes: number | undefined;
}

/** For any other method Node would announce an empty chunked body. */
const WITHOUT_LENGTH = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** Visible ASCII: what a request-target may hold (RFC 9112 §3.2); a blank or a line break would end it. */
const TARGET = /^\/[\x21-\x7e]*$/;

/**
 * Adds what the caller left out (Host, the body's framing) and what the route needs (the absolute form, the proxy's own
 * headers; not `Proxy-Authorization`, which each leg adds). The path is kept byte for byte: a `//` or `/../` in a signed
 * object key must arrive as it was signed.
 * @throws ConfigurationError for a path that cannot be sent, or a header that belongs elsewhere.
 */
export function headOf(request: TransportRequest): Head {
  const { route, origin, path } = request;
  if (request.method === 'CONNECT') throw ownConnect();
  if (!TARGET.test(path)) {
    throw new ConfigurationError(
      'The path of a request must begin with "/" and hold visible ASCII only',
      {
        field: 'path',
        hint: 'Percent-encode blanks, line breaks and characters outside ASCII.',
      },
    );
  }
  const headers = ['Host', origin.authority];
  const { framed, declaredBytes } = copyHeaders(request.headers, headers);
  if (!framed) addFraming(request, headers);
  else checkLength(request.body, declaredBytes);
  if (route.way !== 'forward') return { target: path, headers, declaredBytes };
  const { proxy } = route;
  for (const part of proxy.headers) headers.push(part);
  return { target: origin.href + path, headers, declaredBytes };
}

/** How the caller's headers frame the body. */
interface Framing {
  readonly framed: boolean;
  readonly declaredBytes: number | undefined;
}

/** Copies the caller's headers after Host. */
function copyHeaders(from: readonly string[], to: string[]): Framing {
  let framed = false;
  let chunked = false;
  let declaredBytes: number | undefined;
  for (let i = 0; i < from.length; i += 2) {
    const name = from[i] as string;
    const value = from[i + 1] as string;
    // Nearly all names differ in length already, so that few need to be lower-cased.
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === 'host') {
          to[1] = value;
          continue;
        }
        break;
      case 14:
        if (name.toLowerCase() === 'content-length') {
          if (declaredBytes !== undefined) throw lengthTwice();
          framed = true;
          declaredBytes = bytesOf(value);
        }
        break;
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') framed = chunked = true;
        break;
      case 19:
        if (name.toLowerCase() === 'proxy-authorization') refuseProxyAuthorization();
        break;
    }
    to.push(name, value);
  }
  if (chunked && declaredBytes !== undefined) throw framedTwice();
  return { framed, declaredBytes };
}

/** Only digits: `1e1`, `0x0a` or `5, 5` is a length to some servers and none, or another one, to others. */
function bytesOf(value: string): number {
  const bytes = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(bytes)) throw noLength();
  return bytes;
}

function checkLength(body: TransportRequest['body'], declared: number | undefined): void {
  if (declared === undefined || (typeof body === 'object' && !(body instanceof Uint8Array))) return;
  const bytes = body === undefined ? 0 : Buffer.byteLength(body);
  if (bytes !== declared) throw lengthMismatch(declared);
}

function addFraming({ method, body }: TransportRequest, headers: string[]): void {
  if (body === undefined) {
    // RFC 9110 §8.6: a method that expects a body says so when there is none.
    if (!WITHOUT_LENGTH.has(method)) headers.push('Content-Length', '0');
  } else if (typeof body === 'string') {
    headers.push('Content-Length', String(Buffer.byteLength(body)));
  } else if (body instanceof Uint8Array) {
    headers.push('Content-Length', String(body.byteLength));
  } else {
    headers.push('Transfer-Encoding', 'chunked');
  }
}

/** If a body's length differs from its Content-Length, the framing of the connection would break. */
export function lengthMismatch(declaredBytes: number): ConfigurationError {
  return new ConfigurationError(
    `The body is longer or shorter than its Content-Length of ${declaredBytes} bytes`,
    {
      field: 'body',
      hint: 'Give the length in bytes, or leave it out to send the body chunked.',
    },
  );
}

const LENGTH_HINT =
  'Give it once, as digits only, or leave it out: the length of a text or of bytes is known, and a stream goes chunked.';

function noLength(): ConfigurationError {
  return new ConfigurationError('The value of the header Content-Length is no number of bytes', {
    field: 'headers',
    hint: LENGTH_HINT,
  });
}

function lengthTwice(): ConfigurationError {
  return new ConfigurationError('A request cannot have the header Content-Length twice', {
    field: 'headers',
    hint: LENGTH_HINT,
  });
}

/** RFC 9112 §6.2: a proxy and an origin could each obey a different one, and see different requests in the same bytes. */
function framedTwice(): ConfigurationError {
  return new ConfigurationError('A request cannot have both Content-Length and Transfer-Encoding', {
    field: 'headers',
    hint: 'Leave Transfer-Encoding out: a body whose length is not known goes chunked by itself.',
  });
}

function ownConnect(): ConfigurationError {
  return new ConfigurationError(
    'CONNECT cannot be the method of a request: it asks a proxy for a tunnel',
    {
      field: 'method',
      hint: 'Give the proxy as httpProxy; tunnels are opened where they are needed.',
    },
  );
}

function refuseProxyAuthorization(): never {
  throw new ConfigurationError(
    'Proxy-Authorization is no header of a request: the origin would see it',
    {
      field: 'headers',
      hint: 'Give the credentials as httpProxy.credentials, or in the URL of httpProxy.',
    },
  );
}

/** The engine refused the method or a header before anything was written. */
export function unsendable(cause: unknown): ConfigurationError {
  return new ConfigurationError(
    'The request cannot be sent: its method or one of its headers is malformed',
    {
      field: 'headers',
      hint: 'A header value holds no line break and no control character, a name only token characters.',
      cause,
    },
  );
}
