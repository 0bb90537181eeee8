// One call takes another way than its driver: through another proxy, or through none.
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';

const zone = { id: 'example.org.', name: 'example.org.', kind: 'Native', rrsets: [] };
const server = await startOrigin({ handler: answerJson(zone) });
const usual = await startProxy();
const other = await startProxy();

const dns = new PowerDns({ endpoint: server.url, apiKey: 'key', httpProxy: usual.url });

await dns.getZone('example.org.');
await dns.getZone('example.org.', { httpProxy: other.url });
await dns.getZone('example.org.', { httpProxy: false }); // direct, whatever the driver and the environment say

console.log('usual proxy:', usual.stats.forwards);
console.log('other proxy:', other.stats.forwards);
console.log('server:', server.requests.length);

await dns.close();
await Promise.all([usual.close(), other.close(), server.close()]);
