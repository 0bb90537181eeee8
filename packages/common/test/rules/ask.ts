/** What the rules are asked through: the public face, in one line each. */
import { resolveProxy } from '@sdk/common';
import type { PlainProxyLevels } from '@sdk/common';

export { refusal as refused } from '../refusal.js';

export const PROXY = 'http://proxy.test:3128';

/** Where a target goes: `direct`, or the proxy. */
export function way(target: string, levels: PlainProxyLevels): string {
  return resolveProxy(target, { env: {}, ...levels }).proxy?.href ?? 'direct';
}

/** Whether a list bypasses the proxy for a target. */
export function bypasses(noProxy: string | string[], target: string): boolean {
  return way(target, { instance: { httpProxy: PROXY, noProxy } }) === 'direct';
}

/** For each list, the targets that it bypasses among those that are asked for. */
export function bypassed(noProxy: string | string[], ...targets: string[]): string[] {
  return targets.filter((target) => bypasses(noProxy, target));
}
