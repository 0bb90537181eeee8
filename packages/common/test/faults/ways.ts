/** The ways by which a faulty origin is reached. */
import {
  startProxy,
  startRelay,
  startScriptedProxy,
  startSocks,
  type ConnectionScript,
  type RelayCut,
} from '@sdk/testing';
import { keep } from '../connection/stand.js';
import { ca, type Counted, type Place } from './stand.js';

/** Plays `script` where the way ends, and says how a request gets there. */
export interface Way {
  readonly way: string;
  /** Whether the proxy itself plays the origin: it is what answers in absolute-form. */
  readonly forward: boolean;
  /** Whether the script speaks under TLS. */
  readonly secure: boolean;
  /** With a `cut`, whoever is next on the way breaks off there. */
  to(script: ConnectionScript, cut?: RelayCut): Promise<Place>;
}

type Behind = 'direct' | 'forward' | 'http:' | 'https:' | 'socks5h:' | 'socks4a:';

/** An end to speak to, and what is counted of it. */
interface End {
  readonly url: string;
  readonly servers: readonly Counted[];
}

/** The same end behind a relay, where connections to it are to be broken off. */
async function cutOff(end: Counted & { readonly url: string }, cut?: RelayCut): Promise<End> {
  if (cut === undefined) return { url: end.url, servers: [end] };
  const url = new URL(end.url);
  const relay = keep(await startRelay(Number(url.port), cut));
  return { url: `${url.protocol}//${relay.authority}`, servers: [end, relay] };
}

async function place(
  script: ConnectionScript,
  secure: boolean,
  behind: Behind,
  cut?: RelayCut,
): Promise<Place> {
  const authority = await ca();
  const tls = secure ? await authority.issue() : undefined;
  const origin = keep(await startScriptedProxy(script, { tls }));
  const trust = { ca: authority.cert };
  const at = (
    { servers }: End,
    httpProxy: Place['options']['httpProxy'],
    endpoint = origin.url,
  ): Place => ({
    options: { endpoint, httpProxy, tls: trust },
    servers: [origin, ...servers],
    arrived: () => origin.connections.length,
  });
  if (behind === 'direct' || behind === 'forward') {
    const end = await cutOff(origin, cut);
    return behind === 'direct' ? at(end, false, end.url) : at(end, end.url, 'http://origin.test');
  }
  if (behind === 'socks5h:' || behind === 'socks4a:') {
    const { authority: server, openSockets } = keep(await startSocks());
    const end = await cutOff({ url: `${behind}//${server}`, openSockets }, cut);
    return at(end, end.url);
  }
  const certificate = behind === 'https:' ? await authority.issue() : undefined;
  const end = await cutOff(keep(await startProxy({ tls: certificate })), cut);
  const hop = certificate && { tls: trust };
  return at(end, { url: end.url, ...hop, tunnel: 'always' });
}

function way(name: string, secure: boolean, behind: Behind): Way {
  return {
    way: name,
    secure,
    forward: behind === 'forward',
    to: (script, cut) => place(script, secure, behind, cut),
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
