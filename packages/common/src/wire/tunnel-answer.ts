/** The head of a proxy's answer to CONNECT. */

/** What the proxy answered. */
export interface TunnelAnswer {
  readonly status: number;
  /** Lower-case names to values, in order. */
  readonly headers: readonly (readonly [string, string])[];
}

/** Reads a head without its closing blank line; HTTP/1.0 is as good as 1.1. `undefined` where it is no HTTP. */
export function readTunnelAnswer(text: string): TunnelAnswer | undefined {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) return undefined;
  const headers = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0
      ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]]
      : [];
  });
  return { status: Number(status), headers };
}
