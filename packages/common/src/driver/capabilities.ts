/** What a driver can do, as data that is known before any call. */
import { UnsupportedError } from '../errors.js';

/** Why something cannot be done. */
export interface Limitation {
  /** One sentence. */
  readonly reason: string;
  /** The provider's document that says so. */
  readonly source: string;
}

/** `true` or `false` by name; the reasons for each `false` are under `limitations`. */
export type Capabilities<Name extends string = string> = { readonly [N in Name]: boolean } & {
  /** Not enumerable, so that a loop over the capabilities finds only their names. */
  readonly limitations: { readonly [N in Name]?: Limitation };
};

/** Declares capabilities: `true`, or the reason why the driver cannot do it. */
export function defineCapabilities<Name extends string>(
  declared: Readonly<Record<Name, true | Limitation>>,
): Capabilities<Name> {
  const flags: Record<string, boolean> = {};
  const limitations: Record<string, Limitation> = {};
  for (const name of Object.keys(declared) as Name[]) {
    const told: true | Limitation = declared[name];
    flags[name] = told === true;
    if (told !== true) limitations[name] = Object.freeze({ ...told });
  }
  Object.defineProperty(flags, 'limitations', {
    value: Object.freeze(limitations),
    enumerable: false,
  });
  return Object.freeze(flags) as unknown as Capabilities<Name>;
}

/**
 * For a method that some drivers cannot carry out.
 * @throws UnsupportedError with the reason and its source, if the capability is `false`.
 */
export function requireCapability<Name extends string>(
  capabilities: Capabilities<Name>,
  name: Name,
  driver: string,
): void {
  const limitation = capabilities.limitations[name];
  if (limitation === undefined) return;
  throw new UnsupportedError(`${driver} cannot do that (${name}): ${limitation.reason}`, {
    hint: `See ${limitation.source}`,
  });
}
