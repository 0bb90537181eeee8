/** Credentials for a proxy: by value, or asked of a function when they are needed. */
import { ConfigurationError } from '../errors.js';
import { trimRemedy } from '../header-value.js';
import { checkKeys, kindOf, own } from '../option-keys.js';

/** A user name and a password, for Basic (RFC 7617) or Digest (RFC 7616). */
export interface PasswordCredentials {
  /** Without `:` and control characters (RFC 7617). */
  readonly username: string;
  /** Without control characters. `null`: none was given. */
  readonly password?: string | null | undefined;
  /**
   * `basic`: sent with the first request, Digest is never answered. `digest`: the password itself is never sent.
   * Left out: Basic is sent with the first request; if the proxy does not accept it and offers Digest, Digest is used.
   */
  readonly scheme?: 'basic' | 'digest' | undefined;
}

/** A token, sent as `Bearer` (RFC 6750). */
export interface TokenCredentials {
  /** Visible ASCII. */
  readonly token: string;
}

/** Any other scheme that needs no dialogue. */
export interface AuthorizationCredentials {
  /** The whole `Proxy-Authorization` value, its scheme included: `Custom abc`. Without control characters. */
  readonly authorization: string;
}

/** Kerberos through the optional package `kerberos` (RFC 4559), with the ticket of the process. */
export interface NegotiateCredentials {
  readonly scheme: 'negotiate';
  /** The proxy's name at the KDC. @default `HTTP@<the proxy's host>` (`HTTP/<…>` on Windows) */
  readonly servicePrincipal?: string | undefined;
}

/** Credentials for a proxy, by value. */
export type ProxyCredentials =
  PasswordCredentials | TokenCredentials | AuthorizationCredentials | NegotiateCredentials;

/** What a function for credentials receives. */
export interface ProxyCredentialsRequest {
  /** The proxy without credentials: `http://proxy.corp:3128`. */
  readonly proxy: string;
  /** `2`: the proxy did not accept the first answer. */
  readonly attempt: 1 | 2;
  /** The schemes that the proxy offered when it refused, as it spells them; empty at the first attempt. */
  readonly schemes: readonly string[];
}

/** Asked for credentials before each attempt, and once more if the proxy did not accept them. */
export type ProxyCredentialsSource = (
  request: ProxyCredentialsRequest,
) => ProxyCredentials | Promise<ProxyCredentials>;

const KEYS = ['username', 'password', 'scheme', 'token', 'authorization', 'servicePrincipal'];

/** The member that identifies each shape, and the members that it may have beside that. */
const SHAPES = {
  token: ['token'],
  authorization: ['authorization'],
  negotiate: ['scheme', 'servicePrincipal'],
  password: ['username', 'password', 'scheme'],
} as const;

const KINDS =
  "Give one of { username, password }, { token }, { authorization } and { scheme: 'negotiate' }.";

/**
 * A frozen copy of credentials that may be sent.
 * @param field what they are called in messages, e.g. `httpProxy.credentials`
 * @throws ConfigurationError where a member is missing, unknown, or cannot be sent; it never shows one.
 */
export function checkCredentials(value: unknown, field: string): ProxyCredentials {
  checkKeys(value, KEYS, field, KINDS);
  const shape = shapeOf(value);
  const others = Object.keys(value).filter(
    (key) => own(value, key) !== undefined && !(SHAPES[shape] as readonly string[]).includes(key),
  );
  if (others.length > 0) throw mixed(field, shape, others);
  switch (shape) {
    case 'token': {
      const token = text(value, 'token', field);
      // RFC 9110, section 11.4: the value is one line, and there is no standard encoding for characters outside ASCII.
      if (!/^[\x21-\x7e]+$/.test(token)) {
        const hint =
          trimRemedy(token) ??
          'Give the token alone: "Bearer" is put before it. { authorization } is sent whole.';
        throw unsendable(`${field}.token`, 'visible ASCII without white space', hint);
      }
      return Object.freeze({ token });
    }
    case 'authorization': {
      const authorization = text(value, 'authorization', field);
      if (
        !/^[\x21-\x7e\x80-\xff](?:[\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/.test(authorization)
      )
        throw unsendable(
          `${field}.authorization`,
          'one line without outer blanks',
          trimRemedy(authorization),
        );
      return Object.freeze({ authorization });
    }
    case 'negotiate': {
      if (own(value, 'servicePrincipal') === undefined) return Object.freeze({ scheme: shape });
      const servicePrincipal = text(value, 'servicePrincipal', field);
      if (!/^[^\s\p{Cc}]+$/u.test(servicePrincipal))
        throw unsendable(`${field}.servicePrincipal`, 'a name such as HTTP@proxy.corp');
      return Object.freeze({ scheme: shape, servicePrincipal });
    }
    case 'password':
      return passwordCredentials(value, field);
  }
}

/**
 * Refuses credentials that SOCKS cannot carry: it has a user name and a password, and no schemes.
 * @throws ConfigurationError that names the field.
 */
export function checkSocksCredentials(credentials: ProxyCredentials, field: string): void {
  if ('username' in credentials && credentials.scheme === undefined) return;
  throw new ConfigurationError(
    `${field} makes no sense for a SOCKS proxy, which takes only { username, password }`,
    { field, hint: 'Give { username, password } without a scheme.' },
  );
}

/** Only known schemes are shown: a value without a scheme would otherwise be shown whole. */
const SHOWN =
  /^(Basic|Bearer|Digest|DPoP|GNAP|HOBA|Mutual|Negotiate|NTLM|OAuth|PrivateToken|SCRAM-SHA-1|SCRAM-SHA-256|Token|vapid) /i;

/** The label of credentials that name no known scheme. */
export const UNNAMED = 'the given authorization';

/** What is sent first, as errors name it: `Basic`, `Bearer`; `UNNAMED` where its scheme is not shown. */
export function labelOf(credentials: ProxyCredentials): string {
  if ('token' in credentials) return 'Bearer';
  if ('authorization' in credentials) return SHOWN.exec(credentials.authorization)?.[1] ?? UNNAMED;
  if (credentials.scheme === 'negotiate') return 'Negotiate';
  return credentials.scheme === 'digest' ? 'Digest' : 'Basic';
}

/** Why credentials cannot be sent, without showing them; `undefined` if they can. */
export function credentialsProblem(username: string, password: string | null): string | undefined {
  // RFC 7617, section 2: the first colon ends the user name, and neither part holds a control character.
  if (username.includes(':')) return 'the user name has a ":", where the password would begin';
  if (/\p{Cc}/u.test(username)) return 'the user name has a control character';
  if (password !== null && /\p{Cc}/u.test(password)) return 'the password has a control character';
  return undefined;
}

type Members = Readonly<Record<string, unknown>>;

function shapeOf(value: Members): keyof typeof SHAPES {
  if (own(value, 'token') !== undefined) return 'token';
  if (own(value, 'authorization') !== undefined) return 'authorization';
  return own(value, 'scheme') === 'negotiate' ? 'negotiate' : 'password';
}

function passwordCredentials(value: Members, field: string): PasswordCredentials {
  if (own(value, 'username') === undefined) {
    throw new ConfigurationError(`${field} has no username`, {
      field: `${field}.username`,
      hint: KINDS,
    });
  }
  const username = text(value, 'username', field);
  const password = own(value, 'password') ?? null;
  if (password !== null && typeof password !== 'string')
    throw notText(`${field}.password`, password);
  const problem = credentialsProblem(username, password);
  if (problem !== undefined) {
    const hint = trimRemedy(username) ?? trimRemedy(password ?? '');
    throw new ConfigurationError(`${field} cannot be sent: ${problem}`, { field, hint });
  }
  const scheme = own(value, 'scheme');
  if (scheme === undefined) return Object.freeze({ username, password });
  if (scheme !== 'basic' && scheme !== 'digest') {
    throw new ConfigurationError(
      `${field}.scheme must be 'basic', 'digest' or 'negotiate', this is ${typeof scheme === 'string' ? 'another string' : kindOf(scheme)}`,
      {
        field: `${field}.scheme`,
        hint:
          typeof scheme === 'string' && /^(?:basic|digest|negotiate)$/i.test(scheme)
            ? `Write it in small letters: '${scheme.toLowerCase()}'.`
            : 'Leave it out to let the proxy choose. For another scheme give the whole header value as { authorization }.',
      },
    );
  }
  return Object.freeze({ username, password, scheme });
}

function text(value: Members, key: string, field: string): string {
  const member = own(value, key);
  if (typeof member !== 'string') throw notText(`${field}.${key}`, member);
  return member;
}

function notText(field: string, value: unknown): ConfigurationError {
  return new ConfigurationError(`${field} must be a string, this is ${kindOf(value)}`, { field });
}

function unsendable(field: string, what: string, hint?: string): ConfigurationError {
  return new ConfigurationError(`${field} cannot be sent: it must be ${what}`, { field, hint });
}

function mixed(field: string, shape: string, others: readonly string[]): ConfigurationError {
  const told = shape === 'negotiate' ? "scheme: 'negotiate'" : shape;
  return new ConfigurationError(
    `${field} has ${told} and ${others.join(', ')}; they belong to different kinds of credentials`,
    {
      field: `${field}.${others[0] ?? ''}`,
      hint: KINDS,
    },
  );
}
