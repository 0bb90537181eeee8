// setHttpProxy() holds for every request that follows; with() gives a view that has a proxy of its own.
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';

const zone = { id: 'example.org.', name: 'example.org.', kind: 'Native', rrsets: [] };
const server = await startOrigin({ handler: answerJson(zone) });
const [first, second, lab] = await Promise.all([startProxy(), startProxy(), startProxy()]);

const dns = new PowerDns({ endpoint: server.url, apiKey: 'key', httpProxy: first.url });
const viaLab = dns.with({ httpProxy: lab.url }); // same sockets, own defaults

await dns.getZone('example.org.');
dns.setHttpProxy(second.url); // requests in flight keep their way
await dns.getZone('example.org.');
await viaLab.getZone('example.org.'); // overrides, so it does not follow
dns.setHttpProxy(undefined); // hands the decision back to the environment
dns.setHttpProxy(false); // direct

for (const [name, proxy] of Object.entries({ first, second, lab })) {
  console.log(name, 'proxy:', proxy.stats.forwards);
}

await dns.close();
await Promise.all([first, second, lab, server].map((each) => each.close()));
