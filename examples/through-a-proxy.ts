// A proxy given to the constructor carries every request of that driver.
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';

// Stand-ins on loopback for your DNS server and for your company's proxy.
const zones = [{ id: 'example.org.', name: 'example.org.', kind: 'Native' }];
const server = await startOrigin({ handler: answerJson(zones) });
const proxy = await startProxy({ credentials: { username: 'ada', password: 'p@ss:100%' } });

const dns = new PowerDns({
  endpoint: server.url,
  apiKey: 'key',
  httpProxy: proxy.urlWithCredentials, // http://ada:p%40ss%3A100%25@127.0.0.1:3128
});

for await (const zone of dns.listZones()) console.log('zone', zone.name);
console.log('requests through the proxy:', proxy.stats.forwards);

await dns.close();
await proxy.close();
await server.close();
