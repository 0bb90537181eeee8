/** The headers of a request while it is built and signed: a flat list, as the transport sends it. */
import { ConfigurationError } from '../../errors.js';
import { headerRemedy } from '../../header-value.js';
import { kindOf } from '../../option-keys.js';
import { indexOfName } from '../../transport/flat-headers.js';

/** Header names and values; members that are `undefined` are left out. */
export type HeaderRecord = Readonly<Record<string, string | undefined>>;

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 §5.5: visible characters, spaces and tabs, and what was Latin-1. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The headers of one attempt. Names are case-insensitive and keep the spelling that came first.
 * Every value is checked, so that no line break gets onto the wire, whoever gave it.
 */
export class HeaderBag implements Iterable<readonly [string, string]> {
  readonly #flat: string[];

  /** @param flat names and values that have been checked before; copied. */
  constructor(flat: readonly string[] = []) {
    this.#flat = flat.slice();
  }

  get(name: string): string | undefined {
    const at = indexOfName(this.#flat, name);
    return at < 0 ? undefined : this.#flat[at + 1];
  }

  has(name: string): boolean {
    return indexOfName(this.#flat, name) >= 0;
  }

  /**
   * Sets a header, in the place of one of that name.
   * @throws ConfigurationError that names the header and shows nothing of its value.
   */
  set(name: string, value: string): this {
    const at = indexOfName(this.#flat, checkedName(name));
    checkValue(name, value);
    if (at >= 0) this.#flat[at + 1] = value;
    else this.#flat.push(name, value);
    return this;
  }

  /** Sets a header where there is none of that name. */
  setDefault(name: string, value: string): this {
    return this.has(name) ? this : this.set(name, value);
  }

  delete(name: string): this {
    const at = indexOfName(this.#flat, name);
    if (at >= 0) this.#flat.splice(at, 2);
    return this;
  }

  /** The names and values, one after the other, as `TransportRequest.headers` takes them. */
  toFlat(): readonly string[] {
    return this.#flat;
  }

  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    const flat = this.#flat;
    for (let i = 0; i < flat.length; i += 2) yield [flat[i] as string, flat[i + 1] as string];
  }
}

function checkedName(name: string): string {
  if (typeof name !== 'string' || !TOKEN.test(name)) {
    throw new ConfigurationError(
      `A header's name must be a token of RFC 9110 §5.6.2, not ${wrongName(name)}`,
      {
        field: 'headers',
        hint: "Letters, digits and !#$%&'*+-.^_`|~ are allowed. Were name and value exchanged?",
      },
    );
  }
  if (name.length === 19 && name.toLowerCase() === 'proxy-authorization') {
    throw new ConfigurationError(
      'Proxy-Authorization cannot be a header of a request: the origin would see it',
      {
        field: 'headers.Proxy-Authorization',
        hint: 'Give the proxy its credentials by httpProxy: { url, credentials: { username, password } }.',
      },
    );
  }
  return name;
}

/** What is wrong with a name, without the name: where name and value were exchanged, it is a secret. */
function wrongName(name: unknown): string {
  if (typeof name !== 'string') return kindOf(name);
  if (name === '') return 'an empty text';
  const at = [...name].findIndex((char) => !TOKEN.test(char));
  const code = (name.codePointAt(at) as number).toString(16).toUpperCase().padStart(4, '0');
  return `one whose character ${at + 1} is U+${code}`;
}

function checkValue(name: string, value: string): void {
  if (typeof value === 'string' && VALUE.test(value)) return;
  throw new ConfigurationError(
    typeof value === 'string'
      ? `The value of the header ${name} holds a line break, another control character, or one beyond Latin-1`
      : `The value of the header ${name} must be a string, not ${kindOf(value)}`,
    { field: `headers.${name}`, hint: headerRemedy(value) },
  );
}
