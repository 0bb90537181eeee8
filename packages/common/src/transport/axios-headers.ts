/** Headers as axios's interceptors see them, and back. */
import { AxiosHeaders, type AxiosInstance } from 'axios';
import type { ResponseHeaders } from './response-headers.js';

/** A request's headers over the default ones of an instance. */
export function requestHeaders(
  { defaults }: AxiosInstance,
  method: string,
  list: readonly string[],
): AxiosHeaders {
  const headers = new AxiosHeaders();
  const { common, [method]: ofMethod } = defaults.headers as Record<string, unknown>;
  addDefaults(headers, common);
  addDefaults(headers, ofMethod);
  for (const [name, value] of Object.entries(defaults.headers)) {
    if (typeof value !== 'object' || value === null) headers.set(name, value as string, true);
  }
  const hasDefaults = Object.keys(headers).length > 0;
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    // Most instances have a default `Accept`, which the request's own replaces.
    if (hasDefaults && headers.has(name) && firstIndexOf(list, name) === i) headers.delete(name);
    add(headers, name, list[i + 1] as string);
  }
  return headers;
}

function addDefaults(headers: AxiosHeaders, bucket: unknown): void {
  if (typeof bucket !== 'object' || bucket === null) return;
  for (const [name, value] of Object.entries(bucket)) headers.set(name, value as string, true);
}

function firstIndexOf(list: readonly string[], name: string): number {
  const wanted = name.toLowerCase();
  for (let i = 0; i < list.length; i += 2)
    if ((list[i] as string).toLowerCase() === wanted) return i;
  return -1;
}

/** An answer's headers; a name that came twice keeps both values. */
export function answerHeaders(from: ResponseHeaders): AxiosHeaders {
  const headers = new AxiosHeaders();
  for (const [name, value] of from) add(headers, name, value);
  return headers;
}

/** What `set` comes to for a name that is new: it would look at every name there is, and clean a value that is clean. */
function add(headers: AxiosHeaders, name: string, value: string): void {
  if (!(name in headers) && !headers.has(name)) {
    headers[name] = value;
    return;
  }
  const known = headers.get(name) as string | string[] | undefined;
  headers.set(name, known === undefined ? value : [known, value].flat(), true);
}

/** A flat list; what an interceptor set to `false` or `null` is left out. */
export function listOf(headers: AxiosHeaders): string[] {
  const list: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === null || value === undefined || value === false) continue;
    if (Array.isArray(value)) for (const each of value) list.push(name, String(each));
    else list.push(name, String(value));
  }
  return list;
}
