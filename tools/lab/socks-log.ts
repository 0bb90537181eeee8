import { readFile } from 'node:fs/promises';

/** What a SOCKS server was asked for: the host is as it was sent, so a name where the proxy was to look it up. */
export interface SocksRequest {
  readonly host: string;
  readonly port: number;
}

/** All targets that a microsocks reached. */
export async function readMicrosocksLog(path: string): Promise<SocksRequest[]> {
  const pattern = /: connected to (\S+):(\d+)/g;
  return [...(await readFile(path, 'utf8')).matchAll(pattern)].map(([, host, port]) => ({
    host: host as string,
    port: Number(port),
  }));
}

/** All requests to `ssh -D`, with the version of SOCKS. */
export async function readSshLog(path: string): Promise<(SocksRequest & { version: number })[]> {
  const pattern = /dynamic request: socks(\d) host (\S+) port (\d+) command 1/g;
  return [...(await readFile(path, 'utf8')).matchAll(pattern)].map(([, version, host, port]) => ({
    version: Number(version),
    host: host as string,
    port: Number(port),
  }));
}

/** What a dante let through: the address that it connected to, and the user that it verified, if it asked. */
export async function readDanteLog(
  path: string,
): Promise<(SocksRequest & { username: string | undefined })[]> {
  const pattern =
    /pass\(\d+\): tcp\/connect \[: (?:username%([^@]+)@)?\S+ \S+ -> \S+ (\S+)\.(\d+)$/gm;
  return [...(await readFile(path, 'utf8')).matchAll(pattern)].map(([, username, host, port]) => ({
    username,
    host: host as string,
    port: Number(port),
  }));
}
