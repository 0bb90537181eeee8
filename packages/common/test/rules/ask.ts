/** What the rules are asked through: the public face, in one line each. */
import { resolveProxy, isSdkError } from '@sdk/common';
import type { ConfigurationError, PlainProxyLevels } from '@sdk/common';

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

/** The ConfigurationError that an action ends in. */
export function refused(action: () => unknown): ConfigurationError {
  try {
    action();
  } catch (error) {
    if (isSdkError(error, 'SDK_CONFIGURATION')) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
