/** Translates undici's errors into those of node's `http`, so that a failure has the same code under every engine. */
import { codeOf, protocolChanged } from '../../wire/node-error.js';

/** The reason of an answer that ended before its end, or never came. */
const BROKE_OFF = 'ECONNRESET';

/**
 * The cause of a failure, with the code that node has for it.
 * @param answered whether the head of the answer had come
 */
export function asNodeError(cause: unknown, answered: boolean): unknown {
  const code = codeOf(cause);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return coded(cause, 'HPE_HEADER_OVERFLOW');
  // Two lengths, or a length of a chunked body: node's parser refuses these. After the head it means that a body was cut short.
  if (isLengthMismatch(cause) && !answered) return coded(cause, 'HPE_UNEXPECTED_CONTENT_LENGTH');
  if (code === 'UND_ERR_SOCKET' && (cause as Error).message === 'bad upgrade') {
    return protocolChanged();
  }
  if (code.startsWith('UND_ERR')) return coded(cause, BROKE_OFF);
  const { name, message } = cause as Error;
  return name === 'HTTPParserError' ? coded(cause, parserCode(message)) : cause;
}

/** What the parser that node shares with undici says, and node's code for it. */
const PARSER_CODES: readonly (readonly [RegExp, string])[] = [
  [/EOF state/, BROKE_OFF],
  [/HTTP version/, 'HPE_INVALID_VERSION'],
  [/status/i, 'HPE_INVALID_STATUS'],
  [/chunk size/i, 'HPE_INVALID_CHUNK_SIZE'],
  [/Content-Length/, 'HPE_INVALID_CONTENT_LENGTH'],
  [/Transfer-Encoding/, 'HPE_INVALID_TRANSFER_ENCODING'],
  [/header/i, 'HPE_INVALID_HEADER_TOKEN'],
];

/** undici's parser errors say it in their message, and have a code only in some releases. */
function parserCode(message: string): string {
  const reason = /\((.*)\)$/.exec(message)?.[1] ?? '';
  return PARSER_CODES.find(([pattern]) => pattern.test(reason))?.[1] ?? 'HPE_INVALID_CONSTANT';
}

/** Whether a body had another length than its head said. */
export function isLengthMismatch(cause: unknown): boolean {
  return codeOf(cause) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

/** The failure of an answer whose connection ended without an error of its own. */
export function brokeOff(): Error {
  return Object.assign(new Error('The connection closed'), { code: BROKE_OFF });
}

/** Whether undici refused the request itself, before it sent a byte of it. */
export function isUnsendable(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED';
}

function coded(cause: unknown, code: string): Error {
  return Object.assign(new Error((cause as Error).message), { code });
}
