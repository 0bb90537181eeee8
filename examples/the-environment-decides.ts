// Nothing is configured: https_proxy, http_proxy and no_proxy decide, and are read anew for each request.
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';

const server = await startOrigin({ handler: answerJson([]) });
const proxy = await startProxy();

// `env` stands in for process.env, which is the default.
const env: Record<string, string> = { http_proxy: proxy.url };
const dns = new PowerDns({ endpoint: server.url, apiKey: 'key', env });

async function count(): Promise<number> {
  for await (const zone of dns.listZones()) console.log(zone.name);
  return proxy.stats.forwards;
}

console.log('with http_proxy:', await count(), 'request through the proxy');
env.no_proxy = '127.0.0.1';
console.log('with no_proxy for the server: still', await count());

await dns.close();
await proxy.close();
await server.close();
