// Credentials for a proxy come from a function: asked for each attempt, and once more where the proxy refuses its answer.
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import type { ProxyCredentials, ProxyCredentialsSource } from '@sdk/common';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';

// Stand-ins on loopback for your DNS server and for your company's proxy, whose password changes.
const zones = [{ id: 'example.org.', name: 'example.org.', kind: 'Native' }];
const server = await startOrigin({ handler: answerJson(zones) });
const account = { username: 'ada', password: 'of monday' };
const proxy = await startProxy({ credentials: account });

// Asking your secret store takes time, so its answer is kept until the proxy refuses it.
const askSecretStore = async (): Promise<ProxyCredentials> => ({ ...account });
let kept: ProxyCredentials | undefined;
const credentials: ProxyCredentialsSource = async ({ attempt, schemes }) => {
  if (attempt === 2) console.log('refused; the proxy offers', schemes.join(', '));
  if (attempt === 2 || kept === undefined) kept = await askSecretStore();
  return kept;
};

const dns = new PowerDns({
  endpoint: server.url,
  apiKey: 'key',
  httpProxy: { url: proxy.url, credentials },
});

for await (const zone of dns.listZones()) console.log('on monday:', zone.name);
account.password = 'of tuesday';
for await (const zone of dns.listZones()) console.log('on tuesday:', zone.name);
console.log('refused by the proxy:', proxy.stats.refused407);

await dns.close();
await proxy.close();
await server.close();
