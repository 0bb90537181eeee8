/** The head of a proxy's answer to CONNECT. */

/** What the proxy answered. */
export interface TunnelAnswer {
  readonly status: number;
  /** Whether it is HTTP/1.0, which closes the connection unless it says otherwise. */
  readonly old: boolean;
  /** Lower-case names to values, in order. */
  readonly headers: readonly (readonly [string, string])[];
}

/** Reads a head without its closing blank line; HTTP/1.0 is as good as 1.1. `undefined` if it is not HTTP. */
export function readTunnelAnswer(text: string): TunnelAnswer | undefined {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(statusLine) ?? [];
  if (status === undefined) return undefined;
  const headers = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0
      ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]]
      : [];
  });
  return { status: Number(status), old: minor === '0', headers };
}

/** Every value of a header, in order. @param name in lower case */
export function valuesOf(answer: TunnelAnswer, name: string): string[] {
  return answer.headers.filter(([candidate]) => candidate === name).map(([, value]) => value);
}
