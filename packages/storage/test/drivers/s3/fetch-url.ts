import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';

/** A plain request, as somebody makes who was given a URL; by an agent of its own, whatever the environment says. */
export async function fetchUrl(
  url: string,
  method: string,
  body: string | undefined,
  ca: string | undefined,
): Promise<{ status: number; body: string }> {
  const headers = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const sent = url.startsWith('https:')
    ? https.request(url, { method, headers, agent: new https.Agent({ ca }) })
    : http.request(url, { method, headers, agent: new http.Agent() });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [http.IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}
