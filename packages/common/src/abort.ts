/** Listening to an `AbortSignal` that many requests share. */

type Listener = () => void;

/** Who listens to one signal, and the one listener of ours on it. */
interface Audience {
  readonly listeners: Set<Listener>;
  readonly fire: () => void;
}

const audiences = new WeakMap<AbortSignal, Audience>();

/**
 * Calls `listener` once when `signal` aborts. A thousand calls may share a signal: it gets one listener of ours
 * (Node warns of a leak at eleven), and loses it with the last that is interested.
 * @returns the way to stop listening.
 */
export function onAbort(signal: AbortSignal, listener: Listener): () => void {
  const audience = audiences.get(signal) ?? gather(signal);
  audience.listeners.add(listener);
  return () => {
    if (!audience.listeners.delete(listener) || audience.listeners.size > 0) return;
    if (audiences.get(signal) === audience) audiences.delete(signal);
    signal.removeEventListener('abort', audience.fire);
  };
}

function gather(signal: AbortSignal): Audience {
  const listeners = new Set<Listener>();
  const fire = (): void => {
    audiences.delete(signal);
    for (const each of listeners) each();
  };
  const audience: Audience = { listeners, fire };
  signal.addEventListener('abort', fire, { once: true });
  audiences.set(signal, audience);
  return audience;
}
