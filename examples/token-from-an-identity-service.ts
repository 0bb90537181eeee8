// A token is fetched once for all requests that need it, over the same proxy, and replaced when the API refuses it.
import { BaseConnection, BaseDriver, TokenSource } from '@sdk/common';
import type { CallOptions, DriverOptions, HeaderBag, HookContext, Settings } from '@sdk/common';
import { startOrigin, startProxy } from '@sdk/testing';

/** Where the API and its identity service are, and who asks. */
interface VaultOptions extends DriverOptions {
  readonly endpoint: string;
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
}

interface Login {
  readonly token: string;
  readonly expires_at: string;
}

class VaultConnection extends BaseConnection {
  readonly #password: string;
  readonly #tokens: TokenSource;

  constructor(settings: Settings, { authUrl, username, password }: VaultOptions) {
    super(settings);
    this.#password = password;
    this.#tokens = new TokenSource(async (context) => {
      const identity = this.derive({ endpoint: authUrl, purpose: 'identity' });
      const { body } = await identity.request<Login>(
        { method: 'POST', path: '/login', json: { username, password } },
        context.nested,
      );
      return { value: body.token, expiresAt: new Date(body.expires_at) };
    });
  }

  protected override async authorize(headers: HeaderBag, context: HookContext): Promise<void> {
    headers.set('X-Auth-Token', await this.#tokens.get(context));
  }

  protected override renew(_context: HookContext, sent: HeaderBag): boolean {
    this.#tokens.forget(sent.get('X-Auth-Token'));
    return true;
  }

  protected override secrets(): readonly string[] {
    return [this.#password];
  }
}

class Vault extends BaseDriver<VaultConnection> {
  constructor(options: VaultOptions) {
    const own = ['authUrl', 'username', 'password'];
    super(options, own, (settings) => new VaultConnection(settings, options));
  }

  async read(name: string, call?: CallOptions): Promise<string> {
    const spec = { method: 'GET', path: ['items', name], expect: 'text' } as const;
    return (await this.connection.request<string>(spec, call)).body;
  }
}

// The identity service, the API that accepts its last token, and a proxy before both.
let issued = 0;
const identity = await startOrigin({
  handler(request, response) {
    request.resume();
    issued += 1;
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: `token-${issued}`, expires_at }));
  },
});
let revoked = 0;
const api = await startOrigin({
  handler(request, response) {
    const accepted = request.headers['x-auth-token'] !== `token-${revoked}`;
    response.writeHead(accepted ? 200 : 401).end(accepted ? `the item ${request.url ?? ''}` : '');
  },
});
const proxy = await startProxy();

const vault = new Vault({
  endpoint: api.url,
  authUrl: identity.url,
  username: 'ada',
  password: 'secret',
  httpProxy: proxy.url,
});

await Promise.all(Array.from({ length: 20 }, (_, i) => vault.read(`${i}`)));
console.log('20 reads at once, logins:', identity.requests.length);

revoked = 1;
console.log('after the token was revoked:', await vault.read('a'));
console.log('logins:', identity.requests.length);

const targets = proxy.stats.targets.filter((target) => target.endsWith('/login'));
console.log('logins through the proxy:', targets.length);

await vault.close();
await proxy.close();
await api.close();
await identity.close();
