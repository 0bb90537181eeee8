// An https: proxy with a certificate of its own authority, which asks for a client certificate. Both belong to httpProxy.tls.
import { isSdkError } from '@sdk/common';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, createCertificateAuthority, startOrigin, startProxy } from '@sdk/testing';

// Stand-ins on loopback for your DNS server, your company's authority and its proxy.
const zones = [{ id: 'example.org.', name: 'example.org.', kind: 'Native' }];
const server = await startOrigin({ handler: answerJson(zones) });
const authority = await createCertificateAuthority();
const proxy = await startProxy({
  tls: {
    ...(await authority.issue({ hosts: ['127.0.0.1'] })),
    ca: authority.cert,
    requestCert: true,
  },
});

const { cert, key } = await authority.issue({ hosts: ['ada'], client: true });
const through = (tls: { ca: string; cert?: string; key?: string }): PowerDns =>
  new PowerDns({
    endpoint: server.url,
    apiKey: 'key',
    httpProxy: { url: proxy.url, tls, tunnel: 'always' },
    retry: false,
  });

const known = through({ ca: authority.cert, cert, key });
for await (const zone of known.listZones()) console.log('zone', zone.name);

const unknown = through({ ca: authority.cert });
try {
  for await (const zone of unknown.listZones()) console.log('never', zone.name);
} catch (error) {
  if (isSdkError(error, 'SDK_PROXY')) console.log(`without a certificate: ${error.phase}`);
  if (isSdkError(error)) console.log(error.hint);
}

await known.close();
await unknown.close();
await proxy.close();
await server.close();
