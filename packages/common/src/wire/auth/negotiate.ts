/** Negotiate (RFC 4559): Kerberos tickets through the optional package `kerberos`, a token for each connection. */
import { BoundedMap } from '../../bounded-map.js';
import { ConfigurationError, ProxyError } from '../../errors.js';
import type { Challenge } from '../../route/challenges.js';
import type { NegotiateCredentials } from '../../route/proxy-credentials.js';
import type { ProxyServer } from '../../route/proxy-server.js';
import { bare } from '../node-error.js';
import type { AuthDialogue } from './dialogue.js';

/** The part of the package that is used here. It is not a dependency, so its own types are not available. */
interface Kerberos {
  readonly GSS_MECH_OID_SPNEGO?: number;
  initializeClient(service: string, options: object): Promise<KerberosClient>;
}

interface KerberosClient {
  /** Takes the peer's token (`''`: none yet) and answers the next of ours, in base64. */
  step(challenge: string): Promise<string | null>;
}

/** Kerberos needs one leg, NTLM inside of it three. */
const MAX_LEGS = 3;

/** Authenticated connections: most proxies ask only for the first request on each. */
const known = new WeakSet<object>();

/** Proxies, by key, that ask at each request. */
const asksAlways = new BoundedMap<string, true>(256);

export class NegotiateDialogue implements AuthDialogue {
  readonly bound = true;
  readonly why = undefined;
  readonly tried: string[] = [];
  readonly #proxy: ProxyServer;
  readonly #service: string;
  #client: KerberosClient | undefined;
  #reply = '';
  #connection: object | undefined;
  #sent = false;

  constructor(proxy: ProxyServer, { servicePrincipal }: NegotiateCredentials) {
    this.#proxy = proxy;
    // SSPI writes a service with a slash, GSSAPI with an at sign.
    this.#service =
      servicePrincipal ?? `HTTP${process.platform === 'win32' ? '/' : '@'}${proxy.host}`;
  }

  authorize(
    _method: string,
    _target: string,
    connection: object | undefined,
  ): undefined | Promise<string> {
    // An exchange of tokens that began on another connection cannot continue on this one.
    if (connection !== this.#connection) this.#client = undefined;
    this.#connection = connection;
    const introduced = connection !== undefined && known.has(connection);
    this.#sent =
      !introduced || this.#client !== undefined || asksAlways.get(this.#proxy.key) === true;
    return this.#sent ? this.#token() : undefined;
  }

  challenged(challenges: readonly Challenge[]): boolean {
    const offer = challenges.find(({ scheme }) => scheme.toLowerCase() === 'negotiate');
    if (offer === undefined) return false;
    if (!this.#sent) {
      asksAlways.set(this.#proxy.key, true);
      return true;
    }
    if (offer.token68 === undefined || this.tried.length >= MAX_LEGS) return false;
    this.#reply = offer.token68;
    return true;
  }

  accepted(): void {
    if (this.#connection !== undefined) known.add(this.#connection);
  }

  /** Once a token was sent, the exchange is bound to its connection. */
  postponed(): boolean {
    return !this.#sent;
  }

  lost(): void {
    this.#client = undefined;
  }

  abandoned(): void {
    this.#client = undefined;
  }

  async #token(): Promise<string> {
    const kerberos = await loadKerberos();
    this.tried.push('Negotiate');
    const begun = this.#client;
    try {
      const client =
        begun ??
        (await kerberos.initializeClient(
          this.#service,
          kerberos.GSS_MECH_OID_SPNEGO === undefined
            ? {}
            : { mechOID: kerberos.GSS_MECH_OID_SPNEGO },
        ));
      this.#client = client;
      const token = await client.step(begun === undefined ? '' : this.#reply);
      return `Negotiate ${token ?? ''}`.trimEnd();
    } catch (cause) {
      throw begun === undefined
        ? noTicket(this.#proxy, this.#service, cause)
        : notTaken(this.#proxy, this.#service, cause);
    }
  }
}

/** Not a literal in `import`: the package is optional, so neither a compiler nor a bundler should look for it. */
const PACKAGE: string = 'kerberos';
let loaded: Kerberos | undefined;

async function loadKerberos(): Promise<Kerberos> {
  if (loaded !== undefined) return loaded;
  let module: Kerberos & { readonly default?: Kerberos };
  try {
    module = (await import(PACKAGE)) as typeof module;
  } catch (cause) {
    throw new ConfigurationError(
      "Credentials of the scheme 'negotiate' need the package kerberos, which could not be loaded; nothing was sent",
      {
        field: 'httpProxy.credentials.scheme',
        hint: 'Install it beside the SDK: npm install kerberos.',
        cause: bare(cause),
      },
    );
  }
  return (loaded = module.default ?? module);
}

/** GSSAPI's own words say what is missing: a ticket, a realm, a KDC. They hold no secret. */
function noTicket(proxy: ProxyServer, service: string, cause: unknown): ProxyError {
  return new ProxyError(
    `No Kerberos token for the proxy ${proxy.href} could be had (service ${service})`,
    {
      phase: 'auth',
      proxy: proxy.href,
      requestSent: 'no',
      retryable: false,
      tried: ['Negotiate'],
      hint: 'Check that there is a ticket (klist, kinit), and that the KDC knows the service. If it has another name, give that as servicePrincipal.',
      cause: bare(cause),
    },
  );
}

/** The proxy answered our token by one that ends the exchange. */
function notTaken(proxy: ProxyServer, service: string, cause: unknown): ProxyError {
  return new ProxyError(
    `The proxy ${proxy.href} did not take the Kerberos token for the service ${service} (407)`,
    {
      phase: 'auth',
      proxy: proxy.href,
      status: 407,
      requestSent: 'no',
      retryable: false,
      refused: true,
      schemes: ['Negotiate'],
      tried: ['Negotiate'],
      hint: "Check the proxy's keytab and its log. If the service has another name, give that as servicePrincipal.",
      cause: bare(cause),
    },
  );
}
