import { BaseConnection, ConfigurationError, kindOf, quoted } from '@sdk/common';
import type {
  CallOptions,
  FailedAnswer,
  HeaderBag,
  ProviderError,
  Query,
  Settings,
} from '@sdk/common';
import { needStrings, readAnswer } from './answers.js';
import type { WireZone } from './wire.js';

/** What the connection is given beside the settings of every driver. */
export interface PowerDnsCredentials {
  readonly endpoint?: string | URL | undefined;
  readonly apiKey: string;
  readonly serverId?: string | undefined;
}

/** The server has no pages: a zone comes whole, and so does the list of zones. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

const A_ZONE = 'a zone';

/** The HTTP API of one PowerDNS server: a key in a header, JSON, errors that come as `{ error, errors? }`. */
export class PowerDnsConnection extends BaseConnection {
  readonly #apiKey: string;
  readonly #server: readonly string[];

  constructor(settings: Settings, credentials: PowerDnsCredentials) {
    const serverId = checkedServerId(credentials.serverId);
    super(settings, { endpoint: baseOf(credentials.endpoint, serverId) });
    this.#apiKey = checkedKey(credentials.apiKey);
    this.#server = ['api', 'v1', 'servers', serverId];
  }

  /** A path below the server's own. */
  path(...segments: string[]): readonly string[] {
    return [...this.#server, ...segments];
  }

  /** Whatever is asked of a list. */
  async list<W, T>(
    what: string,
    query: Query,
    map: (wire: W) => T,
    call: CallOptions,
  ): Promise<readonly T[]> {
    const path = this.path(what);
    const spec = { method: 'GET', path, query, limitBytes: MAX_ANSWER_BYTES };
    const answer = await this.request<readonly W[]>(spec, call);
    return readAnswer(answer, 'a list', (items) => items.map((item) => map(item)));
  }

  /** A zone, with as much of it as the query says. */
  async readZone<T>(
    id: string,
    query: Query,
    map: (wire: WireZone) => T,
    call: CallOptions,
  ): Promise<T> {
    const path = this.path('zones', id);
    const spec = { method: 'GET', path, query, limitBytes: MAX_ANSWER_BYTES };
    const answer = await this.request<WireZone>(spec, call);
    return readAnswer(answer, A_ZONE, (wire) => {
      needStrings(wire, 'id', 'name', 'kind');
      return map(wire);
    });
  }

  /** Creates a zone; the answer has its first record sets. */
  async makeZone<T>(json: object, map: (wire: WireZone) => T, call: CallOptions): Promise<T> {
    const spec = { method: 'POST', path: this.path('zones'), json };
    return readAnswer(await this.request<WireZone>(spec, call), A_ZONE, map);
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
      ? `is ${kindOf(apiKey)}`
      : 'is empty or holds a space at its ends, a control character or one that is not ASCII';
  throw new ConfigurationError(`apiKey ${what}; give the value of the server's setting api-key`, {
    field: 'apiKey',
  });
}

function checkedServerId(serverId: unknown = 'localhost'): string {
  if (typeof serverId === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(serverId))
    return serverId;
  throw new ConfigurationError("serverId must be the server's id, such as localhost", {
    field: 'serverId',
  });
}

/** What documents and other clients write behind the server's address: `/api`, `/api/v1`, and the way to one server. */
const API_PATH = /\/api(?:\/v1(?:\/servers(?:\/([^/?#]+))?)?)?\/*$/;

/** The server's address, without the part that every path of the driver begins with. */
function baseOf(endpoint: string | URL | undefined, serverId: string): string | URL {
  if (endpoint === undefined) {
    throw new ConfigurationError(
      "endpoint is missing; give the address of the server's API, such as http://127.0.0.1:8081",
      { field: 'endpoint' },
    );
  }
  if (typeof endpoint !== 'string' && !(endpoint instanceof URL)) return endpoint;
  const named = API_PATH.exec(String(endpoint))?.[1];
  if (named !== undefined && named !== serverId) {
    throw new ConfigurationError(
      `endpoint ends in the server ${quoted(named)}, and serverId is ${quoted(serverId)}; give the id as serverId, and endpoint without /api/v1 and what follows`,
      { field: 'endpoint' },
    );
  }
  return String(endpoint).replace(API_PATH, '/');
}
