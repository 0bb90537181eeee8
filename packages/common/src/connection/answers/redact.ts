/** Makes text of a provider or proxy fit for a message: without the caller's secrets, on one line, and cut to a length. */

const LONGEST = 600;
const REDACTED = '[redacted]';
/** Signatures and other values made from secrets for one request: in the Authorization header and in presigned URLs. */
const CREDENTIALS = /\b(Signature=|Bearer |Basic |SharedKey [^\s:]+:)[^\s,;&"'<>]+/gi;

/**
 * `text` without any secret (plain, percent-encoded, in base64 or escaped as JSON does) and without signatures. Control
 * characters become spaces.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of formsOf(secrets)) clean = clean.replaceAll(secret, REDACTED);
  clean = clean.replace(CREDENTIALS, `$1${REDACTED}`);
  clean = clean.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ').trim();
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}

/** Every form in which secrets may occur in a text, the longest first. */
export function formsOf(secrets: readonly string[]): string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret === '') continue;
    forms.add(secret);
    forms.add(percentEncoded(secret));
    // As in the body of a form.
    forms.add(percentEncoded(secret).replaceAll('%20', '+'));
    forms.add(Buffer.from(secret).toString('base64'));
    forms.add(JSON.stringify(secret).slice(1, -1));
  }
  // The longest first: a secret may be a part of another's encoding.
  return [...forms].sort((a, b) => b.length - a.length);
}

function percentEncoded(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    return secret; // half of a surrogate pair has no encoding
  }
}
