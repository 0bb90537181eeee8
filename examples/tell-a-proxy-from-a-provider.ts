// A proxy that refuses is a ProxyError, and never looks like the provider's own answer.
import { isSdkError } from '@sdk/common';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import {
  answerJson,
  createCertificateAuthority,
  scripts,
  startOrigin,
  startScriptedProxy,
} from '@sdk/testing';

const ca = await createCertificateAuthority();
const server = await startOrigin({
  tls: await ca.issue(),
  handler: answerJson({ error: 'Forbidden' }, 403),
});
const proxy = await startScriptedProxy(scripts.refuse(403));

const dns = new PowerDns({ endpoint: server.url, apiKey: 'wrong', tls: { ca: ca.cert } });

for (const httpProxy of [false, proxy.url] as const) {
  try {
    await dns.getZone('example.org.', { httpProxy });
  } catch (error) {
    if (isSdkError(error, 'SDK_PROXY')) console.log('the proxy:', error.message);
    else if (isSdkError(error, 'SDK_PERMISSION')) console.log('the provider:', error.message);
    else throw error;
  }
}

await dns.close();
await proxy.close();
await server.close();
