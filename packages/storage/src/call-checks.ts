/** What the methods of every storage driver check of their arguments before anything is sent. */
import {
  CALL_KEYS,
  callOptions,
  checkCallOptions,
  checkKeys,
  ConfigurationError,
  kindOf,
  quoted,
} from '@sdk/common';
import type { CallOptions, Settings } from '@sdk/common';
import type { ObjectReference } from './models.js';
import { objectName } from './names.js';
import { untilAborted } from './source.js';
import type {
  GetObjectOptions,
  ListObjectsOptions,
  PresignOptions,
  PutObjectOptions,
} from './storage-driver.js';

const GET_KEYS: readonly string[] = Object.freeze([...CALL_KEYS, 'range', 'ifMatch', 'resume']);

const LIST_FILTERS = ['prefix', 'delimiter', 'startAfter'] as const;
const LIST_KEYS: readonly string[] = Object.freeze([...CALL_KEYS, ...LIST_FILTERS]);
const PUT_KEYS: readonly string[] = Object.freeze([
  ...CALL_KEYS,
  'contentType',
  'metadata',
  'ifNoneMatch',
  'sizeBytes',
]);

/** The options of a method that has none of its own. @throws ConfigurationError, after `close` too; the signal's reason where it has aborted. */
export function checkCall(settings: Settings, options: CallOptions, method: string): void {
  checkOptions(settings, options, CALL_KEYS, method);
}

/** @throws ConfigurationError */
export function checkGetOptions(settings: Settings, options: GetObjectOptions): void {
  checkOptions(settings, options, GET_KEYS, 'getObject');
  const resume: unknown = options.resume;
  if (resume === undefined || typeof resume === 'boolean') return;
  throw new ConfigurationError(`resume is ${kindOf(resume)}: give true or false`, {
    field: 'resume',
  });
}

/** @throws ConfigurationError */
export function checkListOptions(settings: Settings, options: ListObjectsOptions): void {
  checkOptions(settings, options, LIST_KEYS, 'listObjects');
  for (const field of LIST_FILTERS) {
    const value: unknown = options[field];
    if (value === undefined) continue;
    if (typeof value !== 'string' || value.includes('\0') || /\p{Surrogate}/u.test(value)) {
      throw new ConfigurationError(
        `${field} is ${typeof value === 'string' ? 'no well-formed text without NUL' : kindOf(value)}: give a part of a name`,
        { field },
      );
    }
  }
}

/** @throws ConfigurationError */
export function checkPutOptions(settings: Settings, options: PutObjectOptions): void {
  checkOptions(settings, options, PUT_KEYS, 'putObject');
  const ifNoneMatch: unknown = options.ifNoneMatch;
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new ConfigurationError(
      `ifNoneMatch is ${quoted(ifNoneMatch)}: only '*' is possible (store it only where there is none)`,
      { field: 'ifNoneMatch' },
    );
  }
}

/** A method may look at its options before the first request checks them, or send no request at all. */
function checkOptions(
  settings: Settings,
  options: CallOptions,
  known: readonly string[],
  method: string,
): void {
  settings.checkOpen();
  checkKeys(options, known, method);
  const call = callOptions(options) ?? {};
  checkCallOptions(settings, call);
  call.signal?.throwIfAborted();
}

const LONGEST_PRESIGN_SECONDS = 604_800;

/** @throws ConfigurationError where the method is none of the four, or the time longer than the seven days that SigV4 allows. */
export function checkPresignOptions(options: PresignOptions): void {
  checkKeys(options, ['method', 'expiresInSeconds'], 'presign');
  const { method, expiresInSeconds } = options;
  if (!['GET', 'PUT', 'HEAD', 'DELETE'].includes(method)) {
    throw new ConfigurationError(`method is ${quoted(method)}: give GET, PUT, HEAD or DELETE`, {
      field: 'method',
    });
  }
  const whole = Number.isInteger(expiresInSeconds);
  if (!whole || expiresInSeconds < 1 || expiresInSeconds > LONGEST_PRESIGN_SECONDS) {
    throw new ConfigurationError(
      `expiresInSeconds is ${String(expiresInSeconds)}: give a whole number from 1 to ${LONGEST_PRESIGN_SECONDS} (seven days)`,
      { field: 'expiresInSeconds' },
    );
  }
}

/**
 * The names that `deleteObjects` was given. A list is checked whole before the first is answered, so that a wrong one
 * among them deletes nothing; what comes asynchronously is checked as it comes, until `signal` aborts.
 * @param check what the driver asks of a name beyond that
 * @throws ConfigurationError
 */
export async function* checkedNames(
  names: Iterable<ObjectReference> | AsyncIterable<ObjectReference>,
  signal: AbortSignal | undefined,
  check: (name: string) => unknown = () => undefined,
): AsyncGenerator<string> {
  const given = names as Partial<Iterable<ObjectReference> & AsyncIterable<ObjectReference>> | null;
  if (typeof given === 'object' && typeof given?.[Symbol.asyncIterator] === 'function') {
    const source = given as AsyncIterable<ObjectReference>;
    for await (const object of untilAborted(source, signal)) {
      const name = objectName(object, 'names');
      check(name);
      yield name;
    }
    return;
  }
  // A string is iterable too: it would delete an object for each of its letters.
  if (typeof given !== 'object' || typeof given?.[Symbol.iterator] !== 'function') {
    throw new ConfigurationError(`names is ${kindOf(names)}: give a list of names or models`, {
      field: 'names',
    });
  }
  const list = given as Iterable<ObjectReference>;
  const all = [...list].map((name, index) => objectName(name, `names[${index}]`));
  all.forEach((name) => check(name));
  for (const name of all) {
    signal?.throwIfAborted();
    yield name;
  }
}
