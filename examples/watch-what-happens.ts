// Attempts, sockets and warnings are told on channels of node:diagnostics_channel: for metrics, and to find a leak.
import { subscribe } from 'node:diagnostics_channel';
import { CHANNELS } from '@sdk/common';
import type { AttemptEvent, SocketEvent, WarningEvent } from '@sdk/common';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';

subscribe(CHANNELS.attempt, (event) => {
  const { method, path, status, code, way, decision } = event as AttemptEvent;
  console.log(method, path, '→', status ?? code, `(${way}, decided by ${decision?.decidedBy})`);
});
subscribe(CHANNELS.socket, (event) => {
  const { state, way, requests } = event as SocketEvent;
  console.log('socket', state, `(${way})`, ...(state === 'closed' ? [`after ${requests}`] : []));
});
subscribe(CHANNELS.warning, (event) => {
  const { code, message } = event as WarningEvent;
  console.log(code, message);
});

const server = await startOrigin({ handler: answerJson([]) });
const proxy = await startProxy();

const dns = new PowerDns({
  endpoint: server.url,
  apiKey: 'key',
  httpProxy: proxy.url,
  noProxy: ['10.0.0.0/99'],
});
for (let i = 0; i < 3; i += 1) for await (const zone of dns.listZones()) console.log(zone.name);

await dns.close();
await proxy.close();
await server.close();
