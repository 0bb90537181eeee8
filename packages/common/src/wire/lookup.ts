/** Wraps the look-up of names, the caller's or Node's: it ends in addresses or in an error that `isLookupFailure` recognises. */
import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isNativeError } from 'node:util/types';
import { codeOf, NAME_NOT_FOUND } from './node-error.js';

/** Read at each look-up, as Node's own `net` does: somebody may have replaced it by a cache. */
const systemLookup = (): LookupFunction => dns.lookup;

type Done = (error: Error | null, addresses: LookupAddress[]) => void;

const failures = new WeakSet<object>();

/** Whether an error means that a name has no address: by its code, or because a look-up ended in it. */
export function isLookupFailure(cause: unknown): boolean {
  return NAME_NOT_FOUND.has(codeOf(cause)) || (cause instanceof Error && failures.has(cause));
}

/**
 * A look-up in the shape that `net.connect` needs. One that throws, rejects or answers no address fails like any other; a second
 * answer is ignored. A single address is accepted as the answer when all were asked for.
 */
export function safeLookup(lookup: LookupFunction | undefined): LookupFunction {
  return (hostname, options, callback) => {
    ask(lookup ?? systemLookup(), hostname, options, (error, addresses) => {
      const [first] = addresses;
      if (error !== null || first === undefined) callback(error, '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/**
 * The addresses of a name, in the order that the look-up gives.
 * @param family only addresses of this one
 * @throws an error for which `isLookupFailure` holds.
 */
export function addressesOf(
  hostname: string,
  family: 4 | 6 | undefined,
  lookup: LookupFunction | undefined,
): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    const options = { all: true, ...(family === undefined ? {} : { family }) };
    ask(lookup ?? systemLookup(), hostname, options, (error, addresses) => {
      if (error === null) resolve(addresses);
      else reject(error);
    });
  });
}

function ask(lookup: LookupFunction, hostname: string, options: LookupOptions, done: Done): void {
  let answered = false;
  const settle = (error: unknown, address?: unknown, family?: unknown): void => {
    if (answered) return;
    answered = true;
    // Never synchronously: the caller is not ready for the answer yet.
    process.nextTick(() => {
      if (error !== null && error !== undefined) return done(failureOf(error), []);
      let addresses;
      try {
        addresses = readAnswer(address, family, options.family);
      } catch (thrown) {
        // By a getter of what was answered.
        return done(failureOf(thrown), []);
      }
      if (addresses === undefined) done(noAddress(), []);
      else done(null, addresses);
    });
  };
  const rejected = (error: unknown): void => settle(error ?? noAddress());
  try {
    const returned: unknown = lookup(hostname, options, settle);
    // An async function returns a promise, whose rejection nobody else would handle.
    if (returned instanceof Promise) returned.catch(rejected);
  } catch (error) {
    rejected(error);
  }
}

/** A list of `{ address, family }` or one address; `undefined` where it is neither, or not of the family asked for. */
function readAnswer(
  answer: unknown,
  family: unknown,
  wanted: LookupOptions['family'],
): LookupAddress[] | undefined {
  const list: unknown[] = Array.isArray(answer) ? answer : [{ address: answer, family }];
  const addresses = list.map((each) => {
    const { address } = (each ?? {}) as { address?: unknown };
    return typeof address === 'string' ? { address, family: isIP(address) } : undefined;
  });
  const fit = addresses.filter(
    (each): each is LookupAddress =>
      each !== undefined &&
      each.family !== 0 &&
      ((wanted !== 4 && wanted !== 6) || each.family === wanted),
  );
  return fit.length === 0 ? undefined : fit;
}

/** The error itself if it can be marked, so that Node's own code and message stay. */
function failureOf(thrown: unknown): Error {
  const error =
    // A proxy of an error may throw at whoever reads it.
    isNativeError(thrown)
      ? thrown
      : Object.assign(new Error('The look-up failed with what is no Error'), { code: 'EAI_FAIL' });
  failures.add(error);
  return error;
}

function noAddress(): Error {
  // c-ares's word for an answer that holds no address.
  return failureOf(
    Object.assign(new Error('The look-up answered no address of the family that was asked for'), {
      code: 'ENODATA',
    }),
  );
}
