/** RFC 3986 as AWS wants it: what is signed is what is sent. */

/** Everything but unreserved characters is percent-encoded. */
export function encodeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The same, but for slashes, which stay: as S3 writes the names of objects. */
export function encodeUriPath(text: string): string {
  return text.split('/').map(encodeUri).join('/');
}
