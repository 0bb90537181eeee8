/** Actions: the jobs that DigitalOcean runs behind its answers. */
import type { CallOptions, SdkResponse } from '@sdk/common';
import { memberOf } from './answers.js';
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
  return memberOf<WireAction>(response, 'action');
}
