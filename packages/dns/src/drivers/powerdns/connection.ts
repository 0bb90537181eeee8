import { BaseConnection, ConfigurationError } from '@sdk/common';
import type { FailedAnswer, HeaderBag, ProviderError, Settings } from '@sdk/common';

/** What the connection is given beside the settings of every driver. */
export interface PowerDnsCredentials {
  readonly endpoint?: string | URL | undefined;
  readonly apiKey: string;
}

/** The HTTP API of one PowerDNS server: a key in a header, JSON, errors that come as `{ error, errors? }`. */
export class PowerDnsConnection extends BaseConnection {
  readonly #apiKey: string;

  constructor(settings: Settings, credentials: PowerDnsCredentials) {
    super(settings, { endpoint: baseOf(credentials.endpoint) });
    this.#apiKey = checkedKey(credentials.apiKey);
  }

  protected override defaultHeaders(): Record<string, string> {
    // Without it the server's errors are one or two words of plain text.
    return { accept: 'application/json' };
  }

  protected override authorize(headers: HeaderBag): void {
    headers.set('x-api-key', this.#apiKey);
  }

  protected override parseError({ body }: FailedAnswer): ProviderError {
    if (typeof body !== 'object' || body === null) return {};
    const { error, errors } = body as { error?: unknown; errors?: unknown };
    const more = Array.isArray(errors) ? errors.filter((item) => typeof item === 'string') : [];
    const message = [...(typeof error === 'string' ? [error] : []), ...more].join('; ');
    return message === '' ? {} : { message };
  }

  protected override secrets(): readonly string[] {
    return [this.#apiKey];
  }
}

function checkedKey(apiKey: unknown): string {
  if (typeof apiKey === 'string' && /^[!-~](?:[ -~]*[!-~])?$/.test(apiKey)) return apiKey;
  const what =
    typeof apiKey !== 'string'
      ? `is ${apiKey === null ? 'null' : typeof apiKey}`
      : 'is empty or holds a space at its ends, a control character or one that is not ASCII';
  throw new ConfigurationError(`apiKey ${what}; give the value of the server's setting api-key`, {
    field: 'apiKey',
  });
}

/** The server's address; an `/api/v1` at its end is taken off, since both spellings are common. */
function baseOf(endpoint: string | URL | undefined): string | URL {
  if (endpoint === undefined) {
    throw new ConfigurationError(
      "endpoint is missing; give the address of the server's API, such as http://127.0.0.1:8081",
      { field: 'endpoint' },
    );
  }
  return typeof endpoint === 'string' || endpoint instanceof URL
    ? String(endpoint).replace(/\/api\/v1\/?$/, '/')
    : endpoint;
}
