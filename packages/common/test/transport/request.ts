/** One attempt with what a test leaves open filled in. */
import type { Readable } from 'node:stream';
import {
  DEFAULT_TIMEOUTS,
  originOf,
  routeTo,
  type ProxyServer,
  type Timeouts,
  type TransportRequest,
} from '@sdk/common';

export type Attempt = Partial<Omit<TransportRequest, 'timeouts' | 'origin' | 'route'>> & {
  readonly via?: ProxyServer | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
};

/** An attempt at `url`, by GET and direct unless said otherwise. */
export function attempt(url: string, { via, timeouts, ...rest }: Attempt = {}): TransportRequest {
  const origin = originOf(url);
  return {
    method: 'GET',
    origin,
    path: url.slice(url.indexOf('/', 8)),
    headers: [],
    route: routeTo(origin, via),
    ...rest,
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
  };
}

/** A body, whole. */
export async function text(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
