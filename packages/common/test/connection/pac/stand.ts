/** Origins that serve PAC files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startOrigin, startProxy } from '@sdk/testing';
import type { Origin, OriginOptions } from '@sdk/testing';
import { keep } from '../stand.js';

/** A script that answers this, whatever it is asked. */
export const says = (answer: string): string =>
  `function FindProxyForURL(url, host) { return '${answer}' }`;

/** What names a proxy of a URL in the answer of a script. */
export const way = (url: string): string => {
  const { protocol, host } = new URL(url);
  return `${protocol === 'https:' ? 'HTTPS' : 'PROXY'} ${host}`;
};

/** The URL of a proxy that has gone: its port refuses connections. */
export async function closedPort(): Promise<string> {
  const { url, close } = await startProxy();
  await close();
  return url;
}

/** A server of one PAC file. */
export async function wpad(
  script: string,
  options: { readonly headers?: Record<string, string>; readonly tls?: OriginOptions['tls'] } = {},
): Promise<Origin & { readonly pac: string }> {
  const server = await startOrigin({
    tls: options.tls,
    handler: (request, response) => {
      request.resume();
      response.writeHead(200, options.headers).end(script);
    },
  });
  keep(server);
  return Object.assign(server, { pac: `pac+${server.url}/proxy.pac` });
}

/** A PAC file on the disk, gone after the test. */
export async function onDisk(
  script: string,
): Promise<{ readonly file: string; rewrite(script: string): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pac-'));
  keep({ close: () => rm(folder, { recursive: true }) });
  const file = path.join(folder, 'proxy.pac');
  await writeFile(file, script);
  return { file, rewrite: (text) => writeFile(file, text) };
}
