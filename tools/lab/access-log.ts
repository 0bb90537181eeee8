import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** One line of squid's own account of what went through it. */
export interface SquidRequest {
  /** Such as `TCP_TUNNEL` or `TCP_DENIED`. */
  readonly result: string;
  readonly status: number;
  readonly method: string;
  /** An absolute URL, or `host:port` for CONNECT. */
  readonly target: string;
  /** The name that squid verified; absent where it asked for none. */
  readonly username: string | undefined;
  /** The port of squid's that the client came to. */
  readonly port: number;
}

/** One request as tinyproxy logs it. */
export interface TinyproxyRequest {
  readonly method: string;
  readonly target: string;
}

/** All requests in squid's access log. A tunnel is logged when it ends. */
export async function readSquidLog(path: string): Promise<SquidRequest[]> {
  const pattern = /^\S+ \S+ (\S+)\/(\d{3}) (\S+) (\S+) user=(\S+) lp=(\d+)$/;
  const requests: SquidRequest[] = [];
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const [, result, status, method, target, username, port] = pattern.exec(line) ?? [];
    // A connection without a request, such as the lab's own probe of the port.
    if (target === undefined || target.startsWith('error:')) continue;
    requests.push({
      result: result as string,
      status: Number(status),
      method: method as string,
      target,
      username: username === '-' ? undefined : username,
      port: Number(port),
    });
  }
  return requests;
}

/** All requests in a tinyproxy's log. */
export async function readTinyproxyLog(path: string): Promise<TinyproxyRequest[]> {
  const pattern = /Request \(file descriptor \d+\): (\S+) (\S+) HTTP\//g;
  const text = await readFile(path, 'utf8');
  return [...text.matchAll(pattern)].map(([, method, target]) => ({
    method: method as string,
    target: target as string,
  }));
}

/** One request as an apache of the lab logs it. */
export interface ApacheRequest {
  readonly status: number;
  readonly method: string;
  /** As it stood in the request line. */
  readonly target: string;
  readonly username: string | undefined;
  /** The port of apache's that the client came to. */
  readonly port: number;
}

/** All requests in apache's log. A tunnel is logged when it ends. */
export async function readApacheLog(path: string): Promise<ApacheRequest[]> {
  const pattern = /^(\d{3}) user=(\S+) lp=(\d+) line=(\S+) (\S+) HTTP\/1\.[01]$/gm;
  return [...(await readFile(path, 'utf8')).matchAll(pattern)].map(
    ([, status, username, port, method, target]) => ({
      status: Number(status),
      method: method as string,
      target: target as string,
      username: username === '-' || username === '""' ? undefined : username,
      port: Number(port),
    }),
  );
}

/** What mitmproxy saw, inside tunnels too: the method, the URL and the status of each answer. */
export async function readMitmproxyLog(
  path: string,
): Promise<{ method: string; url: string; status: number }[]> {
  const pattern = /^(\S+) (\S+) (\d{3})$/gm;
  return [...(await readFile(path, 'utf8')).matchAll(pattern)].map(([, method, url, status]) => ({
    method: method as string,
    url: url as string,
    status: Number(status),
  }));
}

/**
 * Reads a log again and again until it holds what a test waits for, since a proxy may write a little later than it answers.
 *
 * @returns the first entries that `isEnough` accepts; after `withinMs` (5 s) the last ones, for the test to judge
 */
export async function readUntil<Entry>(
  read: () => Promise<Entry[]>,
  isEnough: (entries: Entry[]) => boolean,
  withinMs = 5_000,
): Promise<Entry[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const entries = await read();
    if (isEnough(entries) || Date.now() > deadline) return entries;
    await sleep(25);
  }
}
