// Attempts, sockets and warnings are told on channels of node:diagnostics_channel: for metrics, and to find a leak.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CHANNELS } from '@sdk/common';
import type { AttemptEvent, SocketEvent, WarningEvent } from '@sdk/common';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';

const onAttempt = (event: unknown): void => {
  const { method, path, status, code, way, decision } = event as AttemptEvent;
  console.log(method, path, '→', status ?? code, `(${way}, decided by ${decision?.decidedBy})`);
};
const onSocket = (event: unknown): void => {
  const { state, way, requests } = event as SocketEvent;
  console.log('socket', state, `(${way})`, ...(state === 'closed' ? [`after ${requests}`] : []));
};
const onWarning = (event: unknown): void => {
  const { code, message } = event as WarningEvent;
  console.log(code, message);
};
subscribe(CHANNELS.attempt, onAttempt);
subscribe(CHANNELS.socket, onSocket);
subscribe(CHANNELS.warning, onWarning);

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
// The channels are the process's: whoever goes on without listening takes the listeners back.
unsubscribe(CHANNELS.attempt, onAttempt);
unsubscribe(CHANNELS.socket, onSocket);
unsubscribe(CHANNELS.warning, onWarning);
