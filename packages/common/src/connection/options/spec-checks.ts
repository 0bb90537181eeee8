/** Checks members of a request that decide how its answer is treated: a wrong value must not be taken for "no". */
import { ConfigurationError } from '../../errors.js';
import { checkKeys, kindOf, own, seen } from '../../option-keys.js';
import type { XmlDecodeOptions } from '../content/xml-decode.js';

/** @throws ConfigurationError for what is no list of statuses. */
export function checkedSuccess(success: unknown): readonly number[] | undefined {
  if (success === undefined) return undefined;
  if (isListOf(success, isStatus)) return success;
  throw new ConfigurationError(
    `success must be a list of statuses from 100 to 599, ${misfit(success, isStatus)}`,
    { field: 'success', hint: 'Write for instance success: [404].' },
  );
}

function isStatus(status: unknown): status is number {
  return Number.isInteger(status) && (status as number) >= 100 && (status as number) <= 599;
}

/** @throws ConfigurationError for what is neither `true` nor `false`. */
export function checkedIdempotent(idempotent: unknown): boolean | undefined {
  if (idempotent === undefined || typeof idempotent === 'boolean') return idempotent;
  throw new ConfigurationError(`idempotent must be true or false, this is ${kindOf(idempotent)}`, {
    field: 'idempotent',
    hint: 'Leave it out to let the method decide.',
  });
}

const REDIRECTS = ['same-origin', 'any', 'none'] as const;

/** @throws ConfigurationError for what is none of the three. */
export function checkedRedirect(redirect: unknown): (typeof REDIRECTS)[number] | undefined {
  if (redirect === undefined || REDIRECTS.includes(redirect as 'any'))
    return redirect as 'any' | undefined;
  throw new ConfigurationError(
    `redirect must be 'same-origin', 'any' or 'none', this is ${kindOf(redirect)}`,
    { field: 'redirect', hint: "Leave it out for 'same-origin'." },
  );
}

/** @throws ConfigurationError that names the member at fault. */
export function checkedXml(xml: unknown): XmlDecodeOptions | undefined {
  if (xml === undefined) return undefined;
  checkKeys(xml, ['arrays'], 'xml');
  const arrays = own(xml, 'arrays');
  if (arrays === undefined) return undefined;
  if (isListOf(arrays, isText)) return { arrays };
  throw new ConfigurationError(
    `xml.arrays must be a list of names of elements, ${misfit(arrays, isText)}`,
    { field: 'xml.arrays', hint: "Write for instance xml: { arrays: ['Item'] }." },
  );
}

function isText(name: unknown): name is string {
  return typeof name === 'string';
}

function isListOf<T>(list: unknown, fits: (item: unknown) => item is T): list is readonly T[] {
  return Array.isArray(list) && list.every(fits);
}

/** What is wrong with a list, in words. */
function misfit(list: unknown, fits: (item: unknown) => boolean): string {
  return Array.isArray(list)
    ? `one of its members is ${seen((list as unknown[]).filter((item) => !fits(item))[0])}`
    : `this is ${kindOf(list)}`;
}
