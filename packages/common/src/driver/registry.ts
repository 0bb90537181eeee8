/** Drivers by their ids, loaded when they are asked for. */
import { ConfigurationError } from '../errors.js';
import { nearest } from '../nearest.js';
import { quoted } from '../option-keys.js';

/**
 * How each driver is loaded. The type parameter is the classes, not the functions: with a constraint on the functions,
 * TypeScript would infer `unknown` for every class from `import(…).then(…)`.
 */
export type Loaders<Classes> = { readonly [Id in keyof Classes]: () => Promise<Classes[Id]> };

/** Loads a driver's class by its id. */
export interface Registry<Classes> {
  /** @throws ConfigurationError (by the promise) for an id that is not known. */
  <Id extends keyof Classes & string>(id: Id): Promise<Classes[Id]>;
  /** Every id. */
  readonly ids: readonly (keyof Classes & string)[];
}

/**
 * A typed `getDriver` over loaders:
 * `createRegistry({ powerdns: () => import('./drivers/powerdns.js').then((m) => m.PowerDns) })`.
 */
export function createRegistry<Classes>(loaders: Loaders<Classes>): Registry<Classes> {
  const ids = Object.freeze(Object.keys(loaders));
  const getDriver = async (id: string): Promise<unknown> => {
    const load = Object.hasOwn(loaders, id) ? loaders[id as keyof Classes] : undefined;
    if (load === undefined) throw unknownId(id, ids);
    return load();
  };
  return Object.assign(getDriver, { ids }) as unknown as Registry<Classes>;
}

function unknownId(id: unknown, ids: readonly string[]): ConfigurationError {
  const near = typeof id === 'string' ? nearest(id, ids) : undefined;
  const remedy = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
  return new ConfigurationError(`There is no driver ${quoted(id)}${remedy}`, {
    field: 'id',
    hint: `The drivers are: ${ids.join(', ')}.`,
  });
}
