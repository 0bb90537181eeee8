/** The interceptors of an axios instance, run in axios's own order and with its own rules. */
import type { AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios';

type Step = (value: unknown) => unknown;

interface Handler {
  readonly fulfilled: Step | null | undefined;
  readonly rejected: Step | null | undefined;
  readonly synchronous?: boolean;
  readonly runWhen?: ((config: InternalAxiosRequestConfig) => boolean) | null;
}

type Handlers = readonly (Handler | null)[] | undefined;

/** What a promise chain carries from one `then` to the next: a value, or why there is none. */
interface Flow {
  failed: boolean;
  value: unknown;
}

/**
 * Sends `config` through the request interceptors (last in, first out; those whose `runWhen` says no are skipped), `send`,
 * and the response interceptors (first in, first out). If all that run are `synchronous`, they run without waiting before
 * `send`, and one that throws ends the rest.
 */
export async function intercepted(
  { interceptors }: AxiosInstance,
  config: InternalAxiosRequestConfig,
  send: (config: InternalAxiosRequestConfig) => Promise<AxiosResponse>,
): Promise<AxiosResponse> {
  const before = requestHandlers(interceptors.request.handlers as Handlers, config);
  const after = interceptors.response.handlers as Handlers;
  const flow: Flow = { failed: false, value: config };
  const chain: (Handler | null)[] = [{ fulfilled: send as Step, rejected: undefined }];
  if (before.every((handler) => handler.synchronous)) await runAtOnce(flow, before);
  else chain.unshift(...before);
  if (after !== undefined) chain.push(...after);
  // Each turn of the loop is one `then` of axios's chain.
  for (const handler of chain) {
    const handle = flow.failed ? handler?.rejected : handler?.fulfilled;
    if (typeof handle !== 'function') continue;
    try {
      flow.value = await handle(flow.value);
      flow.failed = false;
    } catch (error) {
      flow.value = error;
      flow.failed = true;
    }
  }
  if (flow.failed) throw flow.value;
  return flow.value as AxiosResponse;
}

function requestHandlers(handlers: Handlers, config: InternalAxiosRequestConfig): Handler[] {
  const chosen: Handler[] = [];
  for (const handler of handlers ?? []) {
    if (handler === null) continue;
    if (typeof handler.runWhen === 'function' && handler.runWhen(config) === false) continue;
    if (config.transitional?.legacyInterceptorReqResOrdering === false) chosen.push(handler);
    else chosen.unshift(handler);
  }
  return chosen;
}

async function runAtOnce(flow: Flow, handlers: readonly Handler[]): Promise<void> {
  for (const { fulfilled, rejected } of handlers) {
    try {
      if (fulfilled) flow.value = fulfilled(flow.value);
    } catch (error) {
      // axios still sends the request if the handler's own `rejected` handles the error.
      try {
        if (!rejected) throw error;
        await rejected(error);
      } catch (still) {
        flow.value = still;
        flow.failed = true;
      }
      return;
    }
  }
}
