/** The ways by which a faulty origin is reached. */
import { startProxy, startScriptedProxy, startSocks, type ConnectionScript } from '@sdk/testing';
import { keep } from '../connection/stand.js';
import { ca, type Place } from './stand.js';

/** Plays `script` where the way ends, and says how a request gets there. */
export interface Way {
  readonly way: string;
  /** Whether the proxy itself plays the origin: it is what answers in absolute-form. */
  readonly forward: boolean;
  /** Whether the script speaks under TLS. */
  readonly secure: boolean;
  to(script: ConnectionScript): Promise<Place>;
}

type Behind = 'direct' | 'forward' | 'http:' | 'https:' | 'socks5h:' | 'socks4a:';

async function place(script: ConnectionScript, secure: boolean, behind: Behind): Promise<Place> {
  const authority = await ca();
  const tls = secure ? await authority.issue() : undefined;
  const origin = keep(await startScriptedProxy(script, { tls }));
  const trust = { ca: authority.cert };
  const at = (
    httpProxy: Place['options']['httpProxy'],
    endpoint = origin.url,
    ...between: Place['servers']
  ): Place => ({
    options: { endpoint, httpProxy, tls: trust },
    servers: [origin, ...between],
    arrived: () => origin.connections.length,
  });
  if (behind === 'direct') return at(false);
  if (behind === 'forward') return at(origin.url, 'http://origin.test');
  if (behind === 'socks5h:' || behind === 'socks4a:') {
    const socks = keep(await startSocks());
    return at(`${behind}//${socks.authority}`, origin.url, socks);
  }
  const certificate = behind === 'https:' ? await authority.issue() : undefined;
  const proxy = keep(await startProxy({ tls: certificate }));
  const hop = certificate && { tls: trust };
  return at({ url: proxy.url, ...hop, tunnel: 'always' }, origin.url, proxy);
}

function way(name: string, secure: boolean, behind: Behind): Way {
  return {
    way: name,
    secure,
    forward: behind === 'forward',
    to: (script) => place(script, secure, behind),
  };
}

/** Every way there is to an origin. */
export const WAYS: readonly Way[] = [
  way('http: directly', false, 'direct'),
  way('https: directly', true, 'direct'),
  way('http: in absolute-form', false, 'forward'),
  way('http: through a tunnel', false, 'http:'),
  way('https: through a tunnel', true, 'http:'),
  way('https: through a tunnel of an https: proxy', true, 'https:'),
  way('https: through SOCKS 5', true, 'socks5h:'),
  way('http: through SOCKS 4a', false, 'socks4a:'),
];
