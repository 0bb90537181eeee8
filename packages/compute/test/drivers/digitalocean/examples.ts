/** Examples of answers, read from DigitalOcean's own document. */
import { readFileSync } from 'node:fs';

interface Content {
  readonly example?: unknown;
  readonly examples?: Record<string, { readonly value?: unknown }>;
  readonly schema?: { readonly example?: unknown };
}

const document = JSON.parse(
  readFileSync(new URL('../../data/digitalocean.openapi.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

/** Follows a `$ref` of the document, also where it leads to another. */
function resolve(value: unknown): unknown {
  const reference =
    typeof value === 'object' && value !== null ? (value as { $ref?: unknown }).$ref : undefined;
  if (typeof reference !== 'string') return value;
  let target: unknown = document;
  for (const part of reference.slice(2).split('/')) {
    const key = decodeURIComponent(part.replaceAll('~1', '/').replaceAll('~0', '~'));
    target = (resolve(target) as Record<string, unknown>)[key];
  }
  return resolve(target);
}

/** One step down, references followed. */
function at(value: unknown, ...keys: string[]): unknown {
  return keys.reduce(
    (each, key) => resolve((resolve(each) as Record<string, unknown>)[key]),
    value,
  );
}

/** The first example of an answer, as a fresh copy. */
export function example<T>(method: string, path: string, status: number): T {
  const json = ['responses', String(status), 'content', 'application/json'];
  const content = at(document, 'paths', path, method, ...json) as Content;
  const [first] = Object.values(content.examples ?? {});
  const schema = resolve(content.schema) as Content['schema'];
  const named = resolve(first) as { readonly value?: unknown } | undefined;
  const found = content.example ?? resolve(named?.value) ?? schema?.example ?? exampleOf(schema);
  return structuredClone(found) as T;
}

/** Puts an example together from those of a schema's properties, as Prism does. */
function exampleOf(schema: unknown): unknown {
  const { example, allOf, properties } = resolve(schema) as {
    readonly example?: unknown;
    readonly allOf?: readonly unknown[];
    readonly properties?: Record<string, unknown>;
  };
  if (example !== undefined) return example;
  const parts = (allOf ?? []).map(exampleOf).filter((part) => part !== undefined);
  const own = Object.entries(properties ?? {}).map(([name, each]) => [name, exampleOf(each)]);
  return properties === undefined && parts.length === 0
    ? undefined
    : Object.assign({}, ...parts, Object.fromEntries(own));
}
