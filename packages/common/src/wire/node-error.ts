/** Node's own errors of sockets and handshakes, read and stripped. */
import { isNativeError } from 'node:util/types';

/** Codes of a name without an address. */
export const NAME_NOT_FOUND = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA']);

/** Node's code of an error, e.g. `ECONNREFUSED`; `''` where it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** Some of Node's errors have members that must not be passed on: the bytes of an answer, a certificate. */
export function bare(cause: unknown): unknown {
  if (!isNativeError(cause)) return undefined;
  const { code } = cause as { code?: unknown };
  const copy = Object.assign(new Error(cause.message), typeof code === 'string' ? { code } : {});
  copy.name = cause.name;
  copy.stack = cause.stack ?? '';
  return copy;
}

/** The hint for a socket that could not be bound to `localAddress`, which says nothing about the peer. */
export function localAddressHint(cause: unknown): string | undefined {
  return (cause as { syscall?: unknown } | null)?.syscall === 'bind'
    ? 'No connection can go out from localAddress of the transport: give an address of this machine, of the family of the peer, with a free port.'
    : undefined;
}

/** 101 (RFC 9110 §15.2.2) although nobody asked for another protocol, as an error of Node's parser. */
export function protocolChanged(): Error {
  return Object.assign(new Error('101 Switching Protocols'), { code: 'HPE_UNEXPECTED_UPGRADE' });
}

/** Whether the peer ended TLS by an alert: `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`, `ERR_SSL_SSLV3_ALERT_…`. */
export function isTlsAlert(cause: unknown): boolean {
  return /^ERR_SSL_\w+_ALERT_/.test(codeOf(cause));
}

/** Whether that alert is about the certificate that we sent, or did not send (RFC 8446 §6.2). */
export function isAboutOurCertificate(code: string): boolean {
  return /_ALERT_(?:CERTIFICATE_|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/.test(
    code,
  );
}

/** Whether both sides found no version of TLS, or no cipher, that the other one accepts. */
export function hasNoTlsInCommon(code: string): boolean {
  return /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|INSUFFICIENT_SECURITY/.test(code);
}

/** OpenSSL's code for a peer that answered without TLS. */
export function speaksPlain(code: string, cause: unknown): boolean {
  const message = isNativeError(cause) ? cause.message : '';
  return (
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' ||
    /wrong version number|packet length too long/.test(message)
  );
}
