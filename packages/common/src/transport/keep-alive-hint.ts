/** How long a peer says that it keeps an idle connection. */
import type { ResponseHeaders } from './response-headers.js';

/** `Keep-Alive: timeout=5`, in milliseconds; `undefined` if it does not say. */
export function keepAliveHint(headers: ResponseHeaders): number | undefined {
  const hint = headers.get('keep-alive');
  if (hint === undefined) return undefined;
  const seconds = /(?:^|[,\s])timeout=(\d+)/i.exec(hint)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
