/** DigitalOcean's actions as operations. */
import { callOptions, checkKeys, Operation, OPERATION_CALL_KEYS } from '@sdk/common';
import type { CallOptions, OperationCallOptions } from '@sdk/common';
import { getAction } from '@sdk/providers/digitalocean';
import type { DigitalOceanConnection, WireAction } from '@sdk/providers/digitalocean';
import { postAction } from './requests.js';

/** Most actions take ten seconds to a minute, and an account has 250 requests a minute. */
const POLL_MS = 2_000;

/** A job, and how its end is told. */
export interface Job<Started, Result> {
  /** The method, for errors. */
  readonly method: string;
  /** Sends what starts it, without the caller's signal: that ends the waiting, and the job may be on its way. */
  readonly begin: (call: CallOptions) => Promise<Started>;
  /** The action that must end first; `undefined`: there is none, `finish` alone knows. */
  readonly action?: (started: Started) => Pick<WireAction, 'id' | 'status'> | undefined;
  /** Gets the finished model; `undefined`: not yet, look again. */
  readonly finish: (started: Started, call: CallOptions) => Promise<Finished<Result> | undefined>;
}

/** The end of a job. */
export interface Finished<Result> {
  readonly result: Result;
}

/** Starts a job. What is wrong with its arguments rejects the operation, as a refusal of the provider does. */
export function startJob<Started, Result>(
  connection: DigitalOceanConnection,
  { method, begin, action: actionOf, finish }: Job<Started, Result>,
  options: OperationCallOptions,
): Operation<Result, Started> {
  // `begin` refuses what is no options, so that it rejects the operation; until then nothing here may trip over it.
  const given = options as OperationCallOptions | null;
  let actionEnded = false;
  return Operation.start<Result, Started>({
    begin: async () => {
      checkKeys(options, OPERATION_CALL_KEYS, method);
      return begin({ ...callOptions(options), signal: undefined });
    },
    poll: async (started, signal) => {
      const call = { ...callOptions(options), signal };
      const first = actionOf?.(started);
      if (first !== undefined && !actionEnded) {
        const action =
          first.status === 'in-progress' ? await getAction(connection, first.id, call) : first;
        if (action.status === 'errored') {
          return { failed: `${method}: DigitalOcean's action ${action.id} ended as errored` };
        }
        if (action.status !== 'completed') return { done: false };
        actionEnded = true;
      }
      const finished = await finish(started, call);
      return finished === undefined ? { done: false } : { done: true, result: finished.result };
    },
    pollMs: given?.pollMs ?? POLL_MS,
    waitMs: given?.waitMs,
    signal: given?.signal,
  });
}

/** An action of a resource: where it is posted, what with, and what is got when it has ended. */
export interface ActionJob<Result> {
  readonly method: string;
  readonly path: () => readonly string[];
  readonly body: () => object;
  /** `undefined`: not yet, look again. */
  readonly finish: (call: CallOptions) => Promise<Result | undefined>;
}

/** Posts an action, looks at it until it has ended, and gets what became of the resource. */
export function startAction<Result>(
  connection: DigitalOceanConnection,
  { method, path, body, finish }: ActionJob<Result>,
  options: OperationCallOptions,
): Operation<Result, WireAction> {
  return startJob<WireAction, Result>(
    connection,
    {
      method,
      begin: async (call) => postAction(connection, path(), body(), call),
      action: (action) => action,
      finish: async (_action, call) => {
        const result = await finish(call);
        return result === undefined ? undefined : { result };
      },
    },
    options,
  );
}
