/** Which environment variable names the proxy for a target. Read at each decision, never cached. */
import { ConfigurationError } from '../errors.js';
import { kindOf } from '../option-keys.js';
import type { Origin } from '../route/origin.js';

/** A record of variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is set and not blank. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

const ALL = ['all_proxy', 'ALL_PROXY'];
const HTTP = ['http_proxy', 'HTTP_PROXY'];

/**
 * The first one that is set counts, in this order. `http_proxy` also serves `https:` targets when nothing else is set:
 * undici, gaxios and Azure's core do so too, curl and Go do not.
 */
export const PROXY_VARIABLES: Readonly<Record<Origin['protocol'], readonly string[]>> =
  Object.freeze({
    'http:': Object.freeze([...HTTP, ...ALL]),
    'https:': Object.freeze(['https_proxy', 'HTTPS_PROXY', ...ALL, ...HTTP]),
  });

/** The first one that is set counts, in this order. */
export const NO_PROXY_VARIABLES: readonly string[] = Object.freeze(['no_proxy', 'NO_PROXY']);

/** The variable that names the proxy for a target; `undefined`: none does. */
export function proxyVariable(
  env: Environment,
  protocol: Origin['protocol'],
): Variable | undefined {
  for (const name of PROXY_VARIABLES[protocol]) {
    const value = readVariable(env, name);
    if (value !== undefined && !isHttpoxy(env, name)) return { name, value };
  }
  return undefined;
}

/** The variable that lists what is not proxied; `undefined`: none does. */
export function noProxyVariable(env: Environment): Variable | undefined {
  for (const name of NO_PROXY_VARIABLES) {
    const value = readVariable(env, name);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

/**
 * A variable's value, `undefined` where it is unset or blank.
 * @throws ConfigurationError where a given record holds something other than text.
 */
function readVariable(env: Environment, name: string): string | undefined {
  const value: unknown = env[name];
  if (value === undefined || isInherited(env, name)) return undefined;
  if (typeof value !== 'string') {
    throw new ConfigurationError(
      `The variable ${name} must be a string, this is ${kindOf(value)}`,
      {
        field: name,
      },
    );
  }
  return /\S/.test(value) ? value : undefined;
}

/** A member of `Object.prototype` is no variable. */
function isInherited(env: Environment, name: string): boolean {
  // Asking process.env whether it owns a name costs a look-up in the process's environment; its prototype is an
  // ordinary object, and a name that is not there can only be its own.
  return env === process.env
    ? name in (Object.getPrototypeOf(env) as object) && !Object.hasOwn(env, name)
    : !Object.hasOwn(env, name);
}

/**
 * Whether a variable may come from a request: a CGI server puts the header `Proxy: …` of a request into `HTTP_PROXY`
 * (CVE-2016-5385, "httpoxy").
 */
function isHttpoxy(env: Environment, name: string): boolean {
  if (name !== 'HTTP_PROXY' || !Object.hasOwn(env, 'REQUEST_METHOD')) return false;
  const method: unknown = env['REQUEST_METHOD'];
  return method !== undefined && method !== '';
}

/** What a variable says, without its value: that may hold a password. */
export interface VariableState {
  readonly name: string;
  /**
   * `first`: it is the one that counts; `later`: it is set, but an earlier one counts; `blank` counts as unset;
   * `ignored`: `HTTP_PROXY` under a CGI server.
   */
  readonly state: 'unset' | 'blank' | 'ignored' | 'first' | 'later';
}

/** What each of some variables says, in their order. */
export function surveyVariables(env: Environment, names: readonly string[]): VariableState[] {
  let spoken = false;
  return names.map((name) => {
    const value: unknown = env[name];
    if (value === undefined || isInherited(env, name)) return { name, state: 'unset' };
    if (typeof value === 'string' && !/\S/.test(value)) return { name, state: 'blank' };
    if (isHttpoxy(env, name)) return { name, state: 'ignored' };
    const state = spoken ? 'later' : 'first';
    spoken = true;
    return { name, state };
  });
}
