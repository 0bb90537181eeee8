/** What a request passes to the nested requests of its hooks, so that they go the same way. */
import type { HttpProxy } from '../proxy/setting.js';
import { own } from '../option-keys.js';
import type { CallOptions } from './options/options.js';
import type { Settings } from './settings/settings.js';

/** The key under which the options hold the settings of the view that the request was made by. */
const MADE_BY = Symbol('made by');

/** The options of a call that nested requests are made with. */
export type NestedOptions = Pick<
  CallOptions,
  'httpProxy' | 'noProxy' | 'timeouts' | 'retry' | 'signal'
>;

/**
 * A frozen copy of a call's options as they are now, since the caller may change them while the request runs.
 * Functions, the signal and bytes are kept as they are.
 */
export function nestedOptions(settings: Settings, call: CallOptions): NestedOptions {
  const { httpProxy, noProxy, timeouts, retry, signal } = call;
  const nested: NestedOptions & { readonly [MADE_BY]: Settings } = {
    httpProxy: frozen(httpProxy) as HttpProxy | undefined,
    noProxy: frozen(noProxy) as string | readonly string[] | undefined,
    timeouts: frozen(timeouts) as CallOptions['timeouts'],
    retry: frozen(retry) as CallOptions['retry'],
    signal,
    [MADE_BY]: settings,
  };
  return Object.freeze(nested);
}

/**
 * The settings of a nested request: those of the view that the outer request was made by, if that is a view of the
 * connection's own settings.
 */
export function settingsFor(connection: Settings, call: CallOptions | undefined): Settings {
  const above = call && madeBy(call);
  return above?.isViewOf(connection) === true ? above : connection;
}

/** The options that several requests can share: nothing in them belongs to a single request. */
export function sharedOptions(nested: NestedOptions): NestedOptions {
  return Object.freeze({ ...nested, timeouts: undefined, retry: undefined, signal: undefined });
}

/** The settings of the view, or the driver, whose request made these. */
export function madeBy(nested: NestedOptions): Settings | undefined {
  return own(nested as { readonly [MADE_BY]?: Settings }, MADE_BY);
}

/** A deep copy of plain data. It has been checked before, so it is neither very deep nor circular. */
function frozen(value: unknown): unknown {
  if (value instanceof URL) return value.href;
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value)) copy[key] = frozen((value as Record<string, unknown>)[key]);
  return Object.freeze(copy);
}
