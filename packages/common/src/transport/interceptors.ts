/** The interceptors of an axios instance, run in axios's own order and with its own rules. */
import type { AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios';

interface Handler<T> {
  readonly fulfilled: ((value: T) => T | Promise<T>) | null | undefined;
  readonly rejected: ((error: unknown) => unknown) | null | undefined;
  readonly synchronous?: boolean;
  readonly runWhen?: ((config: InternalAxiosRequestConfig) => boolean) | null;
}

type Handlers<T> = readonly (Handler<T> | null)[] | undefined;

/**
 * Sends `config` through the request interceptors (last in, first out; those whose `runWhen` says no are skipped), `send`,
 * and the response interceptors (first in, first out). Where all that run are `synchronous`, nothing is waited for before
 * `send`, and one that throws ends the rest.
 */
export async function intercepted(
  { interceptors }: AxiosInstance,
  config: InternalAxiosRequestConfig,
  send: (config: InternalAxiosRequestConfig) => Promise<AxiosResponse>,
): Promise<AxiosResponse> {
  const before = requestHandlers(
    interceptors.request.handlers as Handlers<InternalAxiosRequestConfig>,
    config,
  );
  const synchronous = before.every((handler) => handler.synchronous);
  const flow: Flow = { failed: false, value: config };
  if (synchronous) await runAtOnce(flow, before);
  else for (const handler of before) await step(flow, handler);
  await step(flow, { fulfilled: send as never, rejected: undefined });
  const after = interceptors.response.handlers as Handlers<AxiosResponse>;
  for (const handler of after ?? []) if (handler !== null) await step(flow, handler);
  if (flow.failed) throw flow.value;
  return flow.value as AxiosResponse;
}

/** What a promise chain carries: a value, or why there is none. */
interface Flow {
  failed: boolean;
  value: unknown;
}

function requestHandlers(
  handlers: Handlers<InternalAxiosRequestConfig>,
  config: InternalAxiosRequestConfig,
): Handler<InternalAxiosRequestConfig>[] {
  const chosen: Handler<InternalAxiosRequestConfig>[] = [];
  for (const handler of handlers ?? []) {
    if (handler === null) continue;
    if (typeof handler.runWhen === 'function' && handler.runWhen(config) === false) continue;
    if (config.transitional?.legacyInterceptorReqResOrdering === false) chosen.push(handler);
    else chosen.unshift(handler);
  }
  return chosen;
}

/** One `then` of the chain. */
async function step<T>(flow: Flow, { fulfilled, rejected }: Handler<T>): Promise<void> {
  const handle = (flow.failed ? rejected : fulfilled) as ((value: unknown) => unknown) | null;
  if (typeof handle !== 'function') return;
  try {
    flow.value = await handle(flow.value);
    flow.failed = false;
  } catch (error) {
    flow.value = error;
    flow.failed = true;
  }
}

async function runAtOnce(
  flow: Flow,
  handlers: readonly Handler<InternalAxiosRequestConfig>[],
): Promise<void> {
  for (const { fulfilled, rejected } of handlers) {
    try {
      if (fulfilled) flow.value = fulfilled(flow.value as InternalAxiosRequestConfig);
    } catch (error) {
      // axios sends the request all the same where the handler's own `rejected` deals with the error.
      await step(flow, {
        fulfilled: () => {
          if (!rejected) throw error;
          const config = flow.value;
          return Promise.resolve(rejected(error)).then(() => config);
        },
        rejected: undefined,
      });
      return;
    }
  }
}
