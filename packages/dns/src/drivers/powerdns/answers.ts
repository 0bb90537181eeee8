/** Answers of the API that are not what it promises: told as such, whichever member is missing. */
import { MalformedResponseError } from '@sdk/common';
import type { SdkResponse } from '@sdk/common';

/**
 * What a mapper makes of an answer's body. The mappers trust the shapes that they are given: whatever they stumble over is
 * the answer's fault.
 * @param what what the answer should be, for the message: `a zone`.
 * @throws MalformedResponseError
 */
export function readAnswer<W, T>(answer: SdkResponse<W>, what: string, map: (body: W) => T): T {
  const { status, body, decision } = answer;
  try {
    return map(body);
  } catch {
    // What was stumbled over is no cause to show: its message may quote the body.
    throw new MalformedResponseError(
      `The answer should be ${what} and is not; is this the API of a PowerDNS server?`,
      { status, body, decision },
    );
  }
}

/** Refuses, within a mapper, what has not a string under each of the names. */
export function needStrings<W extends object>(wire: W, ...names: (keyof W & string)[]): void {
  for (const name of names) {
    if (typeof wire[name] !== 'string') throw new TypeError(`${name} is no string`);
  }
}

/** Refuses, within a mapper, a TTL that is no number. */
export function needTtl({ ttl }: { readonly ttl: unknown }): void {
  if (typeof ttl !== 'number') throw new TypeError('ttl is no number');
}
