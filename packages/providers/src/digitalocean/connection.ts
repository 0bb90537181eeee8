/** What all of DigitalOcean's services share: one host, a bearer token, one shape of errors. */
import { BaseConnection, ConfigurationError, kindOf, Settings } from '@sdk/common';
import type { DriverOptions, FailedAnswer, HeaderBag, ProviderError } from '@sdk/common';
import { parseDigitalOceanError } from './errors.js';

/** Where the API is, unless `endpoint` says otherwise. */
export const DIGITALOCEAN_ENDPOINT = 'https://api.digitalocean.com';

/** What DigitalOcean knows a caller by. */
export interface DigitalOceanCredentials {
  /** A personal access token, `dop_v1_…`, or one of OAuth, `doo_v1_…`. */
  readonly token: string;
}

/** A connection to DigitalOcean's API. */
export class DigitalOceanConnection extends BaseConnection {
  readonly #token: string;

  /** @throws ConfigurationError where the token is missing or cannot be one. */
  constructor(source: DriverOptions | Settings, { token }: DigitalOceanCredentials) {
    const endpoint = withoutVersion(source.endpoint ?? DIGITALOCEAN_ENDPOINT);
    super(source instanceof Settings ? source : { ...source, endpoint }, { endpoint });
    this.#token = checkToken(token);
  }

  protected override authorize(headers: HeaderBag): void {
    headers.set('authorization', `Bearer ${this.#token}`);
  }

  protected override parseError(answer: FailedAnswer): ProviderError {
    return parseDigitalOceanError(answer);
  }

  protected override secrets(): readonly string[] {
    return [this.#token];
  }
}

/** The address without a `/v2` at its end, which documents write and every path begins with. */
function withoutVersion(endpoint: string | URL): string | URL {
  return typeof endpoint === 'string' || endpoint instanceof URL
    ? String(endpoint).replace(/\/v2\/*$/, '/')
    : endpoint;
}

/** RFC 6750 §2.1, so that a line break from a file is found here and not by the provider. */
const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

function checkToken(token: unknown): string {
  if (typeof token === 'string' && BEARER_TOKEN.test(token)) return token;
  const seen =
    typeof token !== 'string'
      ? `it is ${kindOf(token)}`
      : token === ''
        ? 'it is empty'
        : 'it holds a space, a line break or another character that no token has';
  throw new ConfigurationError(`token must be a DigitalOcean API token; ${seen}`, {
    field: 'token',
    hint: 'Make one at https://cloud.digitalocean.com/account/api/tokens and give it without spaces or line breaks.',
  });
}
