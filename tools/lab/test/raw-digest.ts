import { createHash } from 'node:crypto';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The parameters of a Digest challenge in the head of a 407; empty where there is none. */
export function digestChallenge(head: string): Record<string, string> {
  const line = /^proxy-authenticate: *digest (.*)$/im.exec(head)?.[1] ?? '';
  return Object.fromEntries(
    [...line.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map(([, name, quoted, bare]) => [
      name as string,
      quoted ?? bare ?? '',
    ]),
  );
}

export interface DigestAnswer {
  readonly username: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  readonly count: number;
}

/** The value of Proxy-Authorization by RFC 7616 §3.4 with MD5 and `qop=auth`, written out by hand. */
export function digestAuthorization(
  { realm = '', nonce = '' }: Record<string, string>,
  { username, password, method, uri, count }: DigestAnswer,
): string {
  const nc = count.toString(16).padStart(8, '0');
  const cnonce = 'c0ffee';
  const ha1 = md5(`${username}:${realm}:${password}`);
  const response = md5(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${md5(`${method}:${uri}`)}`);
  return (
    `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `algorithm=MD5, qop=auth, nc=${nc}, cnonce="${cnonce}", response="${response}"`
  );
}
