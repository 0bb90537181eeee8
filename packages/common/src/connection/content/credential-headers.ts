/** Headers that another origin must not see, and those that belong to a body. */

/**
 * Names of credentials. The pattern covers what providers use: `Authorization`, `Proxy-Authorization`, `Cookie`,
 * `X-Auth-Token`, `X-Subject-Token`, `X-Auth-User`, `X-Auth-Key`, `X-Auth-Email`, `X-Auth-User-Service-Key`, `X-API-Key`,
 * `X-Amz-Security-Token`, `X-Amz-Server-Side-Encryption-Customer-Key`, `x-ms-encryption-key`, `x-ms-copy-source-authorization`,
 * `X-Account-Meta-Temp-URL-Key`, `Private-Token`, `Ocp-Apim-Subscription-Key`. A few harmless headers match too, which does no harm.
 */
const CREDENTIAL_NAME =
  /auth|token|secret|passw|credential|cookie|signature|session|(?:^|[-_])(?:api|access|account|client|customer|encryption|private|service|shared|subscription|url)[-_]?key|^(?:x-)?key$/i;
/** Values that begin with a scheme of RFC 9110 §11, or one of the clouds', whatever the header is called. */
const CREDENTIAL_VALUE =
  /^\s*(?:Basic|Bearer|Digest|Negotiate|NTLM|Token|SharedKey(?:Lite)?|AWS4?(?:-HMAC-[\w-]+)?)\s+\S/i;
/** What describes a body that is not sent (RFC 9110 §15.4). */
const OF_A_BODY = /^(?:content-.+|transfer-encoding|expect|(?:repr-)?digest|last-modified)$/i;

/**
 * A flat list of headers without those that look like credentials by their name, by the scheme in their value, or
 * because they hold one of the secrets.
 * @param secrets in every form in which they may occur there
 */
export function withoutCredentials(
  headers: readonly string[],
  secrets: readonly string[],
): readonly string[] {
  return kept(
    headers,
    (name, value) =>
      !isCredential(name, value) && !secrets.some((secret) => value.includes(secret)),
  );
}

/** Whether a flat list of headers has one that looks like credentials, by its name or by the scheme in its value. */
export function holdsCredentials(headers: readonly string[]): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    if (isCredential(headers[i] as string, headers[i + 1] as string)) return true;
  }
  return false;
}

function isCredential(name: string, value: string): boolean {
  return CREDENTIAL_NAME.test(name) || CREDENTIAL_VALUE.test(value);
}

/** A flat list of headers without those that describe a body. */
export function withoutBodyHeaders(headers: readonly string[]): readonly string[] {
  return kept(headers, (name) => !OF_A_BODY.test(name));
}

function kept(
  headers: readonly string[],
  keep: (name: string, value: string) => boolean,
): readonly string[] {
  const left: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    if (keep(name, value)) left.push(name, value);
  }
  return left;
}
