/** Listening to an `AbortSignal` that many requests share. */
import { ignore } from './ignore.js';

type Listener = () => void;

/** The listeners of one signal, and the SDK's single listener on it. */
interface Audience {
  readonly listeners: Set<Listener>;
  readonly fire: () => void;
}

const audiences = new WeakMap<AbortSignal, Audience>();

/**
 * Calls `listener` once when `signal` aborts. A thousand calls may share a signal, so the SDK adds only one listener to it (Node
 * warns of a leak at eleven), and removes it when the last call stops listening.
 * @returns a function that stops listening.
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

/**
 * A controller that aborts when `signal` does, with its reason; it may be aborted for other reasons too.
 * @returns the controller, and a function that stops listening.
 */
export function following(
  signal: AbortSignal | undefined,
): readonly [controller: AbortController, stopListening: () => void] {
  const controller = new AbortController();
  if (signal === undefined) return [controller, ignore];
  if (signal.aborted) controller.abort(signal.reason);
  return [controller, onAbort(signal, () => controller.abort(signal.reason))];
}

function gather(signal: AbortSignal): Audience {
  const listeners = new Set<Listener>();
  const fire = (): void => {
    audiences.delete(signal);
    for (const each of listeners) call(each);
  };
  const audience: Audience = { listeners, fire };
  signal.addEventListener('abort', fire, { once: true });
  audiences.set(signal, audience);
  return audience;
}

/** As an `EventTarget` does it: what one listener throws is uncaught, and the others are called all the same. */
function call(listener: Listener): void {
  try {
    listener();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}

/**
 * What to destroy a stream with for a signal's `reason`: the reason itself where it can be. For a stream a falsy one is no error
 * at all, and one whose `stack` cannot be read fails within its `destroy`.
 */
export function asStreamError(reason: unknown): Error {
  try {
    if (reason) {
      void (reason as Error).stack;
      return reason as Error;
    }
  } catch {
    // The error below carries it.
  }
  return new DOMException('This operation was aborted', { name: 'AbortError', cause: reason });
}
