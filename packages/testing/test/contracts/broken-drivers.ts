/** Drivers that are wrong on purpose, each in one way, and the rule of their suite that finds it out. */
import type { DnsDriver, RecordSetKey } from '@sdk/dns';
import type { StorageDriver } from '@sdk/storage';

type Call = (...given: never[]) => unknown;

/** One method of a driver, what takes its place, and the rule that it breaks. */
export interface Breakage {
  readonly what: string;
  readonly method: string;
  /** Gets the sound method, and the driver. */
  readonly instead: (sound: Call, driver: never) => Call;
  readonly rule: string;
}

/** The same driver, but for one method. */
export function broken<Driver extends object>(
  driver: Driver,
  { method, instead }: Breakage,
): Driver {
  const sound = (driver as Record<string, Call>)[method]!;
  return Object.assign(driver, { [method]: instead(sound.bind(driver), driver as never) });
}

/** The method without one of its options. */
const without =
  (option: string) =>
  (sound: Call): Call =>
  (...given) =>
    sound(...given.map((each) => dropped(each, option)));

/** The method that looks at its signal once, and never again. */
const looksOnce =
  (sound: Call): Call =>
  (...given) => {
    for (const each of given as { signal?: AbortSignal }[]) each?.signal?.throwIfAborted?.();
    return without('signal')(sound)(...given);
  };

function dropped(value: never, option: string): never {
  if (typeof value !== 'object' || value === null || !(option in value)) return value;
  const { [option]: _, ...rest } = value as Record<string, unknown>;
  return rest as never;
}

const doesNothing = (): Call => () => Promise.resolve();

const OPTIONS =
  'an option that is not known, or can be none, is a ConfigurationError in every method, and nothing is done';
const ABORTED = 'a signal that has aborted ends every call with its reason, and nothing is done';
const UNDER_WAY = 'an abort ends a list and a copy that are under way with its reason';

export const STORAGE: readonly Breakage[] = [
  {
    what: 'close() does nothing',
    method: 'close',
    instead: doesNothing,
    rule: 'a driver that is closed refuses every call',
  },
  {
    what: 'an upload has no total',
    method: 'putObject',
    instead: without('timeouts'),
    rule: 'totalMs ends an upload whose source is silent, and nothing is stored',
  },
  {
    what: 'a download has no total',
    method: 'getObject',
    instead: without('timeouts'),
    rule: 'totalMs ends a download that is not read to its end',
  },
  {
    what: 'a list has no signal',
    method: 'listObjects',
    instead: without('signal'),
    rule: ABORTED,
  },
  { what: 'a copy has no signal', method: 'copyObject', instead: without('signal'), rule: ABORTED },
  {
    what: 'a list looks at its signal once',
    method: 'listObjects',
    instead: looksOnce,
    rule: UNDER_WAY,
  },
  {
    what: 'a copy looks at its signal once',
    method: 'copyObject',
    instead: looksOnce,
    rule: UNDER_WAY,
  },
  {
    what: 'options are not looked at',
    method: 'headObject',
    instead: (sound) => (container, name) => sound(container, name),
    rule: OPTIONS,
  },
  {
    what: 'only a slash is a delimiter',
    method: 'listObjects',
    instead:
      (sound) =>
      (container, options: { delimiter?: string } = {}) =>
        (options.delimiter === '/' ? sound : without('delimiter')(sound))(
          container,
          options as never,
        ),
    rule: 'a list has every object once, in the order of the bytes of the names',
  },
  {
    what: 'a range has no ifMatch',
    method: 'getObject',
    instead:
      (sound) =>
      (container, name, options: { range?: unknown } = {}) =>
        (options.range === undefined ? sound : without('ifMatch')(sound))(
          container,
          name,
          options as never,
        ),
    rule: 'ifMatch answers the object with that etag, whole and in ranges, else it is a PreconditionError',
  },
  {
    what: 'nobody listens to a stream until it is read',
    method: 'putObject',
    instead:
      (sound, driver: StorageDriver) =>
      async (container, ...given) => {
        await driver.getContainer(container);
        return sound(container, ...given);
      },
    rule: 'a Readable that fails before it is read fails the upload with its own error, and somebody hears it',
  },
];

const DNS_OPTIONS = 'refuses options that it does not know, or that can be none, in every method';
const DNS_SIGNAL =
  'ends every call with the reason of its signal, before it began and while it is under way';

export const DNS: readonly Breakage[] = [
  {
    what: 'close() does nothing',
    method: 'close',
    instead: doesNothing,
    rule: 'refuses every call after it was closed',
  },
  {
    what: 'an import deletes what its text does not name',
    method: 'importZone',
    instead: (_, driver: DnsDriver) => async (zone, text, options) => {
      const diff = await driver.diffZone(zone, text, options);
      await driver.applyChanges(zone, diff, options);
      return diff;
    },
    rule: 'leaves what a text does not name where it imports it',
  },
  {
    what: 'a moved record takes the place of others',
    method: 'updateRecord',
    instead:
      (sound, driver: DnsDriver) =>
      async (zone, ...given) => {
        const moved = (await sound(zone, ...given)) as RecordSetKey & {
          ttl: number;
          value: string;
        };
        const { name, type, ttl, value } = moved;
        await driver.upsertRecordSet(zone, { name, type, ttl, values: [value] });
        return moved;
      },
    rule: 'moves a record beside those that its new name has already',
  },
  {
    what: 'a write looks at its signal once',
    method: 'upsertRecordSet',
    instead:
      (sound) =>
      async (...given) =>
        looksOnce(sound)(...given),
    rule: DNS_SIGNAL,
  },
  {
    what: 'a list has no signal',
    method: 'listRecordSets',
    instead: without('signal'),
    rule: DNS_SIGNAL,
  },
  {
    what: 'a write has no total',
    method: 'upsertRecordSet',
    instead: without('timeouts'),
    rule: 'ends every call after its total',
  },
  {
    what: 'a read has no headers',
    method: 'getRecordSet',
    instead: without('headers'),
    rule: DNS_OPTIONS,
  },
];

const PARTS = 'looks at each part of what a node shall be';

export const COMPUTE: readonly Breakage[] = [
  {
    what: 'key pairs are dropped',
    method: 'createNode',
    instead: without('keyPairs'),
    rule: PARTS,
  },
  { what: 'userData is dropped', method: 'createNode', instead: without('userData'), rule: PARTS },
  {
    what: 'a list ends after two nodes',
    method: 'listNodes',
    instead: (sound) =>
      async function* (...given) {
        let count = 0;
        for await (const node of sound(...given) as AsyncIterable<unknown>) {
          if (count === 2) return;
          count += 1;
          yield node;
        }
      },
    rule: 'lists every node, however many there are',
  },
  {
    what: 'waitMs has no effect',
    method: 'createNode',
    instead: without('waitMs'),
    rule: 'stops waiting after waitMs, and leaves the job alone',
  },
];
