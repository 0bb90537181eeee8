/** Drivers by their ids, loaded when they are asked for. */
import { ConfigurationError } from '../errors.js';
import { kindOf, nearest } from '../option-keys.js';

/** How each driver is loaded. */
export type Loaders = Readonly<Record<string, () => Promise<unknown>>>;

/** Loads a driver's class by its id. */
export interface Registry<L extends Loaders> {
  /** @throws ConfigurationError (by the promise) for an id that is not known. */
  <Id extends keyof L & string>(id: Id): ReturnType<L[Id]>;
  /** Every id. */
  readonly ids: readonly (keyof L & string)[];
}

/**
 * A typed `getDriver` over loaders:
 * `createRegistry({ powerdns: () => import('./drivers/powerdns.js').then((m) => m.PowerDns) })`.
 */
export function createRegistry<const L extends Loaders>(loaders: L): Registry<L> {
  const ids = Object.freeze(Object.keys(loaders));
  const getDriver = async (id: string): Promise<unknown> => {
    const load = Object.hasOwn(loaders, id) ? loaders[id] : undefined;
    if (load === undefined) throw unknownId(id, ids);
    return load();
  };
  return Object.assign(getDriver, { ids }) as unknown as Registry<L>;
}

function unknownId(id: unknown, ids: readonly string[]): ConfigurationError {
  const near = typeof id === 'string' ? nearest(id, ids) : undefined;
  const name = typeof id === 'string' ? JSON.stringify(id.slice(0, 60)) : kindOf(id);
  const remedy = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
  return new ConfigurationError(`There is no driver ${name}${remedy}`, {
    field: 'id',
    hint: `The drivers are: ${ids.join(', ')}.`,
  });
}
