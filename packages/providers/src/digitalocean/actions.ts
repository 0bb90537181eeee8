/** Actions: the jobs that DigitalOcean runs behind its answers. */
import type { CallOptions, SdkResponse } from '@sdk/common';
import { modelOf } from './answers.js';
import type { DigitalOceanConnection } from './connection.js';

/** A job of DigitalOcean's, as it is at one moment. */
export interface WireAction {
  readonly id: number;
  readonly status: 'in-progress' | 'completed' | 'errored';
  /** What it does, e.g. `create`, `power_off`, `attach_volume`. */
  readonly type: string;
  readonly started_at: string;
  readonly completed_at: string | null;
  readonly resource_id: number | null;
  readonly resource_type: string;
}

/** `GET /v2/actions/{id}`. */
export async function getAction(
  connection: DigitalOceanConnection,
  id: number,
  call: CallOptions | undefined,
): Promise<WireAction> {
  const path = ['v2', 'actions', String(id)];
  return actionOf(await connection.request({ method: 'GET', path }, call));
}

/** The action that an answer carries. */
export function actionOf(response: SdkResponse): WireAction {
  return modelOf(response, 'action', toAction);
}

/** An action as it came, once it is known to be one. @throws TypeError where it has no id or status. */
function toAction(wire: WireAction): WireAction {
  if (!Number.isSafeInteger(wire.id)) throw new TypeError('id is no whole number');
  if (typeof wire.status !== 'string') throw new TypeError('status is no text');
  return wire;
}
