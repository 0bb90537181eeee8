/** What the SDK itself tells of its sockets: a place of a pool that is never given back shows here, and at no server. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CHANNELS, type DecisionFacts, type SocketEvent } from '@sdk/common';

/** What was told of the sockets of one way, since `watchSockets`. */
export interface SocketBooks {
  /** `open`: opened, and not closed yet. */
  of(
    decision: Pick<DecisionFacts, 'origin' | 'proxy'>,
  ): Record<'opened' | 'failed' | 'open', number>;
  stop(): void;
}

/** Listens until `stop`. Others may send at the same time: a way is known by its two ends, whose ports are nobody else's. */
export function watchSockets(): SocketBooks {
  const told: SocketEvent[] = [];
  const listen = (event: unknown): void => void told.push(event as SocketEvent);
  subscribe(CHANNELS.socket, listen);
  return {
    of: (decision) => {
      const count = (wanted: SocketEvent['state']): number =>
        told.filter(
          ({ state, proxy, origin }) =>
            state === wanted &&
            proxy === (decision.proxy ?? null) &&
            (origin === null || origin === decision.origin),
        ).length;
      const [opened, failed] = [count('opened'), count('failed')];
      return { opened, failed, open: opened - count('closed') };
    },
    stop: () => unsubscribe(CHANNELS.socket, listen),
  };
}
