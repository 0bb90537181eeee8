/** Headers as axios's interceptors see them, and back. */
import { AxiosHeaders, type AxiosInstance } from 'axios';
import { indexOfName } from './flat-headers.js';
import type { ResponseHeaders } from './response-headers.js';

/** A request's headers over the default ones of an instance. */
export function requestHeaders(
  { defaults }: AxiosInstance,
  method: string,
  list: readonly string[],
): AxiosHeaders {
  const headers = new AxiosHeaders();
  const { common, [method]: ofMethod } = defaults.headers as Record<string, unknown>;
  addDefaults(headers, common, list);
  addDefaults(headers, ofMethod, list);
  addDefaults(headers, defaults.headers, list);
  return added(headers, list);
}

/** An answer's headers; a name that came twice keeps both values. */
export function answerHeaders(from: ResponseHeaders): AxiosHeaders {
  return added(new AxiosHeaders(), from.toFlat());
}

/** Defaults for names that the request has no header for. The objects among them are defaults of methods. */
function addDefaults(headers: AxiosHeaders, bucket: unknown, list: readonly string[]): void {
  if (typeof bucket !== 'object' || bucket === null) return;
  for (const name of Object.keys(bucket)) {
    const value = (bucket as Record<string, unknown>)[name];
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) continue;
    if (indexOfName(list, name) < 0) headers.set(name, value as string, true);
  }
}

const OWN = { enumerable: true, configurable: true, writable: true };

/**
 * Adds names to `headers` that are not in it yet. `AxiosHeaders.set` would compare each name with all others, and clean values
 * that are already clean.
 */
function added(headers: AxiosHeaders, list: readonly string[]): AxiosHeaders {
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    const value = list[i + 1] as string;
    // Assigned, this name would set the prototype.
    if (name === '__proto__') Object.defineProperty(headers, name, { value, ...OWN });
    else if (indexOfName(list, name) === i) headers[name] = value;
    else headers.set(name, [headers.get(name) as string | string[], value].flat(), true);
  }
  return headers;
}

/** A flat list; what an interceptor set to `false` or `null` is left out. */
export function listOf(headers: AxiosHeaders): string[] {
  const list: string[] = [];
  for (const name of Object.keys(headers)) {
    const value = headers[name] as string | string[] | false | null | undefined;
    if (value === null || value === undefined || value === false) continue;
    if (Array.isArray(value)) for (const each of value) list.push(name, String(each));
    else list.push(name, String(value));
  }
  return list;
}

/** Whether `headers` are what `answerHeaders` made of a list. */
export function areUnchanged(headers: AxiosHeaders, list: readonly string[]): boolean {
  const names = Object.keys(headers);
  return (
    names.length * 2 === list.length &&
    names.every((name, i) => name === list[2 * i] && headers[name] === list[2 * i + 1])
  );
}
