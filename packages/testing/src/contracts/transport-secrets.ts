import { inspect } from 'node:util';
import { scripts } from '../scripts.js';
import { outputOf } from './process-output.js';
import { attempt, serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, readAll } from './transport-stand.js';

const PASSWORD = 'canary-password';
const HEADERS = ['Authorization', 'Bearer canary-token'];
/** As they are, and as Basic credentials and userinfo carry them. */
const CANARIES = /canary|Y2FuYXJ5|YWRhOm/;

/** All that can be seen of a value. */
function shown(value: unknown): string {
  const own = value instanceof Error ? `${value.message}${value.stack}${inspect(value.cause)}` : '';
  const deep = inspect(value, { depth: 9, showHidden: true, getters: true });
  return `${inspect(value)}${deep}${json(value)}${String(value)}${own}`;
}

/** What has a circle in it has no JSON. */
function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

/** A secret appears in no error, no output and no inspected object. */
export function testSecrets({ expect, can, on }: TransportBench): void {
  on('an inspected transport shows no secret of what it has sent', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    const output = await outputOf(async () => {
      await exchange(transport, `${origin.url}/`, { headers: HEADERS });
    });
    expect(shown(transport) + output).not.toMatch(CANARIES);
  });

  on('the body of an answer shows nothing of the request that it answers', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    for (const path of ['/', '/stall']) {
      const url = `${origin.url}${path}?signature=canary-signature`;
      const response = await transport.send(attempt(url, { headers: HEADERS }));
      expect(shown(response) + shown(response.body)).not.toMatch(CANARIES);
      if (path === '/') await readAll(response.body);
      response.body.destroy();
      expect(shown(response.body)).not.toMatch(CANARIES);
    }
  });

  on('what Node hangs on an error of its own stays behind', async (stand) => {
    const other = await stand.secureOrigin({}, ['other.test']);
    const error = await failureOf(await stand.transport(), `${other.url}/`, {
      tls: await stand.trust(),
      headers: HEADERS,
    });
    expect(error['cause']).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect('cert' in (error['cause'] as object)).toBe(false);
    expect(shown(error)).not.toMatch(CANARIES);
  });

  if (!can.proxies) return;

  on('the credentials of a proxy are in no error, output or inspected object', async (stand) => {
    const refusing = await stand.scripted(scripts.refuse(407));
    const guarded = await stand.proxy({ credentials: { username: 'ada', password: PASSWORD } });
    const origin = await stand.origin();
    const transport = await stand.transport();
    let seen = '';
    const output = await outputOf(async () => {
      for (const { url } of [refusing, { url: 'http://127.0.0.1:9' }]) {
        const via = serverAt({ url }, { username: 'ada', password: PASSWORD });
        for (const target of ['https://origin.test/', 'http://origin.test/']) {
          seen += shown(await failureOf(transport, target, { via, headers: HEADERS }));
        }
      }
      const via = serverAt(guarded, { username: 'ada', password: PASSWORD });
      const answer = await exchange(transport, `${origin.url}/`, { via, headers: HEADERS });
      const { route, body } = answer;
      seen += JSON.stringify(route) + inspect(route) + shown(transport) + shown(body);
    });
    expect(seen.length).toBeGreaterThan(100);
    expect(seen + output).not.toMatch(CANARIES);
    expect(guarded.stats.forwards).toBe(1);
  });

  on(
    'what a proxy echoes in its refusal is in no output, but its own word for it is',
    async (stand) => {
      const details = Buffer.from(`ada:${PASSWORD}`).toString('base64');
      const proxy = await stand.scripted(
        scripts.refuse(502, {
          headers: [`Proxy-Status: squid; error=dns_error; details="Basic ${details}"`],
          body: details,
        }),
      );
      const via = serverAt(proxy, { username: 'ada', password: PASSWORD });
      const error = await failureOf(await stand.transport(), 'https://origin.test/', { via });
      expect(error['message']).toMatch(/\(502: dns_error\)/);
      expect(shown(error)).not.toMatch(CANARIES);
    },
  );
}
