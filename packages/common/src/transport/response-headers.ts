/** The headers of an answer, kept as they came and searched when asked. */
import { indexOfName } from './flat-headers.js';

/** An immutable view of a flat list of names and values (`[name, value, name, value, …]`). Names are case-insensitive. */
export class ResponseHeaders implements Iterable<readonly [string, string]> {
  readonly #raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  /** The values of a name, joined by `, ` (RFC 9110 §5.3); `undefined` where it is absent. */
  get(name: string): string | undefined {
    const raw = this.#raw;
    let at = indexOfName(raw, name);
    if (at < 0) return undefined;
    let found = raw[at + 1] as string;
    while ((at = indexOfName(raw, name, at + 2)) >= 0) found = `${found}, ${raw[at + 1]}`;
    return found;
  }

  has(name: string): boolean {
    return indexOfName(this.#raw, name) >= 0;
  }

  /** Every value of a name, apart: for `Set-Cookie`, whose values cannot be joined. */
  getAll(name: string): string[] {
    const raw = this.#raw;
    const values: string[] = [];
    for (let at = indexOfName(raw, name); at >= 0; at = indexOfName(raw, name, at + 2))
      values.push(raw[at + 1] as string);
    return values;
  }

  /** The names and values, one after the other, as they came. */
  toFlat(): readonly string[] {
    return this.#raw;
  }

  /** The names and values in the order and spelling in which they came. */
  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    const raw = this.#raw;
    for (let i = 0; i < raw.length; i += 2) yield [raw[i] as string, raw[i + 1] as string];
  }

  /** Lower-case names to joined values. */
  toJSON(): Record<string, string> {
    const record: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [name] of this) {
      const key = name.toLowerCase();
      record[key] ??= this.get(name) as string;
    }
    return record;
  }
}
