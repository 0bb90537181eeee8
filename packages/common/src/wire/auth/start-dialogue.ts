/** Chooses the dialogue for the credentials of a proxy. */
import { labelOf, type ProxyCredentials } from '../../route/proxy-credentials.js';
import type { ProxyServer } from '../../route/proxy-server.js';
import type { AuthDialogue } from './dialogue.js';
import { NegotiateDialogue } from './negotiate.js';
import { PasswordDialogue } from './password.js';

/** Begins the dialogue about one request. A proxy without credentials is sent none. */
export function startDialogue(proxy: ProxyServer): AuthDialogue {
  const { given } = proxy;
  if (given === undefined) return SILENT;
  if ('username' in given) {
    return given.scheme === 'basic'
      ? new FixedDialogue(proxy.basicAuthorization, 'Basic')
      : new PasswordDialogue(proxy, given);
  }
  return 'scheme' in given ? new NegotiateDialogue(proxy, given) : fixedBy(given);
}

function fixedBy(
  given: Extract<ProxyCredentials, { token: string } | { authorization: string }>,
): FixedDialogue {
  return 'token' in given
    ? new FixedDialogue(`Bearer ${given.token}`, labelOf(given))
    : new FixedDialogue(given.authorization, labelOf(given));
}

/** One value for every leg: there is no second answer to a challenge. */
class FixedDialogue implements AuthDialogue {
  readonly bound = false;
  readonly why = undefined;
  readonly tried: readonly string[];
  readonly #value: string | undefined;

  constructor(value: string | undefined, label?: string) {
    this.#value = value;
    this.tried = label === undefined ? [] : [label];
  }

  authorize(): string | undefined {
    return this.#value;
  }

  challenged(): boolean {
    return false;
  }

  accepted(): void {}

  postponed(): boolean {
    return false;
  }

  lost(): void {}

  abandoned(): void {}
}

const SILENT: AuthDialogue = new FixedDialogue(undefined);
