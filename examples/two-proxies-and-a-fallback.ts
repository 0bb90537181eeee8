// A list of proxies is tried in order. One that fails rests for a while; direct only where the list ends in 'direct'.
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';

const server = await startOrigin({ handler: answerJson([]) });
const first = await startProxy();
const second = await startProxy();

const dns = new PowerDns({
  endpoint: server.url,
  apiKey: 'key',
  httpProxy: [first.url, second.url, 'direct'],
  logger: { ...console, debug: () => {}, warn: (_message, fields) => console.log(fields?.code) },
});

async function ask(): Promise<void> {
  const { decision } = await dns.request({ method: 'GET', path: '/' });
  const names: Record<string, string> = { [first.url]: 'the first', [second.url]: 'the second' };
  const way = decision.proxy === null ? 'no proxy' : `${names[decision.proxy]} proxy`;
  console.log(`over ${way}`);
}

await ask();
await first.close(); // it fails at the next request, which goes on to the second
await ask();
await ask(); // the first one rests now, and is not asked
await second.close();
await ask();

await dns.close();
await server.close();
