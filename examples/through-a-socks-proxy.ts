// The scheme says who resolves names: socks5h:// leaves them to the proxy, socks5:// has them resolved here.
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startSocks } from '@sdk/testing';

// Stand-ins on loopback for a DNS server that only the proxy knows by name, and for that proxy.
const zones = [{ id: 'example.org.', name: 'example.org.', kind: 'Native' }];
const server = await startOrigin({ handler: answerJson(zones) });
const socks = await startSocks({ credentials: { username: 'ada', password: 'p@ss' } });

const dns = new PowerDns({
  endpoint: `http://dns.inside.corp:${server.port}`, // no name that could be resolved here
  apiKey: 'key',
  httpProxy: `socks5h://ada:p%40ss@${socks.authority}`,
});

for await (const zone of dns.listZones()) console.log('zone', zone.name);
for (const { version, host } of socks.requests)
  console.log(`the proxy was asked by SOCKS ${version} for ${host}`);

await dns.close();
await socks.close();
await server.close();
