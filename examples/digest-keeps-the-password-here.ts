// A proxy that asks for Digest is shown that you know the password, and never the password itself.
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, digestGate, scripts, startOrigin, startScriptedProxy } from '@sdk/testing';

// Stand-ins on loopback for your DNS server and for a proxy that checks Digest.
const zones = [{ id: 'example.org.', name: 'example.org.', kind: 'Native' }];
const server = await startOrigin({ handler: answerJson(zones) });
const gate = digestGate({ username: 'ada', password: 'secret', algorithms: ['SHA-256', 'MD5'] });
const proxy = await startScriptedProxy(scripts.gated(gate));

const dns = new PowerDns({
  endpoint: server.url,
  apiKey: 'key',
  httpProxy: {
    url: proxy.url,
    credentials: { username: 'ada', password: 'secret', scheme: 'digest' },
  },
});

for await (const zone of dns.listZones()) console.log('zone', zone.name);
for await (const zone of dns.listZones()) console.log('once more', zone.name);
for (const { authorization, nc, outcome } of gate.seen) {
  console.log(`${authorization?.split(' ')[0] ?? 'nothing'}, counter ${nc ?? '-'}: ${outcome}`);
}

await dns.close();
await proxy.close();
await server.close();
