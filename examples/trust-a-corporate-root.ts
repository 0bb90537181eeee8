// tls.ca adds roots to the default ones: behind an intercepting proxy it is all that has to be set.
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, createCertificateAuthority, startOrigin, startProxy } from '@sdk/testing';

const corporateRoot = await createCertificateAuthority('Corporate root');
const server = await startOrigin({ tls: await corporateRoot.issue(), handler: answerJson([]) });
const proxy = await startProxy({ tls: await corporateRoot.issue() });

const dns = new PowerDns({
  endpoint: server.url,
  apiKey: 'key',
  tls: { ca: corporateRoot.cert }, // for the server; checked end to end, inside the tunnel
  httpProxy: { url: proxy.url, tls: { ca: corporateRoot.cert } }, // for the https: proxy alone
});

for await (const zone of dns.listZones()) console.log(zone.name);
console.log('the proxy saw only:', proxy.requests.map((request) => request.method).join(', '));

await dns.close();
await proxy.close();
await server.close();
