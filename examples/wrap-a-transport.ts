// A transport is one method and a close, so whatever should happen around each attempt wraps another transport.
import { AxiosTransport } from '@sdk/common';
import type { Transport } from '@sdk/common';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';

function watched(inner: Transport): Transport {
  return {
    name: `watched ${inner.name}`,
    socketPath: inner.socketPath,
    async send(request) {
      const response = await inner.send(request);
      console.log(request.method, request.path, '→', response.status, `(${request.route.way})`);
      return response;
    },
    close: () => inner.close(),
  };
}

const server = await startOrigin({ handler: answerJson([]) });
const proxy = await startProxy();
const transport = watched(new AxiosTransport());

const dns = new PowerDns({ endpoint: server.url, apiKey: 'key', transport, httpProxy: false });
for await (const zone of dns.listZones()) console.log(zone.name);
for await (const zone of dns.listZones({ httpProxy: proxy.url })) console.log(zone.name);

await dns.close();
await transport.close();
await proxy.close();
await server.close();
