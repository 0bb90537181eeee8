/** JSON for requests. */
import { ConfigurationError } from '../../errors.js';
import { kindOf } from '../../option-keys.js';

/** @throws ConfigurationError for what JSON cannot carry: a circle, a BigInt, a function. */
export function encodeJson(json: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(json);
  } catch {
    throw new ConfigurationError(
      'The json of a request holds a circle, a BigInt, or a toJSON that fails',
      {
        field: 'json',
      },
    );
  }
  if (text !== undefined) return text;
  throw new ConfigurationError(`The json of a request cannot be ${kindOf(json)}`, {
    field: 'json',
  });
}
