/** Listening to an `AbortSignal` that many requests share. */

type Listener = () => void;

const listeners = new WeakMap<AbortSignal, Set<Listener>>();

/**
 * Calls `listener` once when `signal` aborts. A thousand calls may share a signal: it gets one listener of ours
 * (Node warns of a leak at eleven), and loses it with the last that is interested.
 * @returns the way to stop listening.
 */
export function onAbort(signal: AbortSignal, listener: Listener): () => void {
  let set = listeners.get(signal);
  if (set === undefined) {
    const created = new Set<Listener>();
    const fire = (): void => {
      listeners.delete(signal);
      for (const each of created) each();
    };
    set = created;
    signal.addEventListener('abort', fire, { once: true });
    listeners.set(signal, created);
    fires.set(created, fire);
  }
  const shared = set;
  shared.add(listener);
  return () => {
    if (!shared.delete(listener) || shared.size > 0) return;
    if (listeners.get(signal) === shared) listeners.delete(signal);
    signal.removeEventListener('abort', fires.get(shared) as Listener);
  };
}

const fires = new WeakMap<Set<Listener>, Listener>();
