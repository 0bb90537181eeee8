/** The headers of an answer, kept as they came and searched when asked. */

/** An immutable view of a flat list of names and values (`[name, value, name, value, …]`). Names are case-insensitive. */
export class ResponseHeaders implements Iterable<readonly [string, string]> {
  readonly #raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  /** The values of a name, joined by `, ` (RFC 9110 §5.3); `undefined` where it is absent. */
  get(name: string): string | undefined {
    const raw = this.#raw;
    const wanted = name.toLowerCase();
    let found: string | undefined;
    for (let i = 0; i < raw.length; i += 2) {
      const candidate = raw[i] as string;
      // The length is compared first: most names differ there, and lower-casing allocates.
      if (candidate.length !== wanted.length || candidate.toLowerCase() !== wanted) continue;
      found = found === undefined ? raw[i + 1] : `${found}, ${raw[i + 1]}`;
    }
    return found;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Every value of a name, apart: for `Set-Cookie`, whose values cannot be joined. */
  getAll(name: string): string[] {
    const wanted = name.toLowerCase();
    return [...this]
      .filter(([candidate]) => candidate.toLowerCase() === wanted)
      .map(([, value]) => value);
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
