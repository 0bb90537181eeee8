/** Credentials for a proxy: by value, or asked of a function when they are needed. */
import { ConfigurationError } from '../errors.js';
import { checkKeys, kindOf, own } from '../option-keys.js';

/** Credentials for a proxy, by value. */
export interface ProxyCredentials {
  /** Without `:` and control characters (RFC 7617). */
  readonly username: string;
  /** Without control characters. `null`: none was given. */
  readonly password?: string | null | undefined;
}

/** Asked for credentials before each attempt. */
export type ProxyCredentialsSource = () => ProxyCredentials | Promise<ProxyCredentials>;

/**
 * A frozen copy of credentials that may be sent.
 * @param field what they are called in messages, e.g. `httpProxy.credentials`
 * @throws ConfigurationError where a member is missing, unknown, or cannot be sent; it never shows one.
 */
export function checkCredentials(value: unknown, field: string): ProxyCredentials {
  checkKeys(value, ['username', 'password'], field);
  const username = own(value, 'username');
  const password = own(value, 'password') ?? null;
  if (typeof username !== 'string') {
    throw new ConfigurationError(
      `${field}.username must be a string, this is ${kindOf(username)}`,
      {
        field: `${field}.username`,
      },
    );
  }
  if (password !== null && typeof password !== 'string') {
    throw new ConfigurationError(
      `${field}.password must be a string, this is ${kindOf(password)}`,
      {
        field: `${field}.password`,
      },
    );
  }
  const problem = credentialsProblem(username, password);
  if (problem !== undefined) {
    throw new ConfigurationError(`${field} cannot be sent: ${problem}`, { field });
  }
  return Object.freeze({ username, password });
}

/** Why credentials cannot be sent, in words that do not show them; `undefined` where they can. */
export function credentialsProblem(username: string, password: string | null): string | undefined {
  // RFC 7617, section 2: the first colon ends the user name, and neither part holds a control character.
  if (username.includes(':')) return 'the user name has a ":", where the password would begin';
  if (/\p{Cc}/u.test(username)) return 'the user name has a control character';
  if (password !== null && /\p{Cc}/u.test(password)) return 'the password has a control character';
  return undefined;
}
