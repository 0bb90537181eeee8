// Your axios instance, with its interceptors and default headers, carries the requests; the proxy stays the SDK's.
import { AxiosTransport } from '@sdk/common';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';
import axios from 'axios';

const server = await startOrigin({ handler: answerJson([]) });
const proxy = await startProxy();

const client = axios.create({ headers: { 'X-Team': 'platform' } });
client.interceptors.request.use((config) => {
  config.headers.set('X-Trace-Id', '4bf92f35');
  return config;
});
const transport = new AxiosTransport({ axios: client });

const dns = new PowerDns({ endpoint: server.url, apiKey: 'key', httpProxy: proxy.url, transport });
for await (const zone of dns.listZones()) console.log(zone.name);

const { headers } = server.requests[0]!;
console.log('the server saw', headers['x-team'], headers['x-trace-id']);
console.log('through the proxy:', proxy.stats.forwards);

await dns.close();
await transport.close(); // who makes a transport closes it: drivers may share one
await proxy.close();
await server.close();
