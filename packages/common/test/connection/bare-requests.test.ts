import { afterAll, expect, test } from '@jest/globals';
import axios from 'axios';
import { AxiosTransport } from '@sdk/common';
import type { Origin } from '@sdk/testing';
import { connect, origin, proxy } from './stand.js';
import { says, way, wpad } from './pac/stand.js';

/** An instance that adds the provider's credentials in both ways that axios knows. */
const instance = axios.create({ headers: { common: { Authorization: 'Bearer canary' } } });
instance.interceptors.request.use((config) => {
  config.headers.set('X-Auth-Token', 'canary');
  return config;
});
const transport = new AxiosTransport({ axios: instance });
afterAll(() => transport.close());

const headersOf = (server: Origin): string =>
  JSON.stringify(server.requests.map(({ headers }) => headers));

test('the server of a PAC file gets nothing that an axios instance adds for the provider', async () => {
  const [server, gate] = await Promise.all([origin(), proxy()]);
  const file = await wpad(says(way(gate.url)));
  const connection = connect(server.url, { httpProxy: file.pac, transport });
  await connection.request({ method: 'GET', path: '/' });
  expect(headersOf(server).split('canary')).toHaveLength(3);
  expect(file.requests).toHaveLength(1);
  expect(headersOf(file)).not.toContain('canary');
});

test('another origin that a redirect leads to gets nothing that an axios instance adds for the provider', async () => {
  const elsewhere = await origin();
  const server = await origin((request, response) => {
    request.resume();
    response.writeHead(307, { location: `${elsewhere.url}/to` }).end();
  });
  const connection = connect(server.url, { transport });
  await connection.request({ method: 'GET', path: '/from', redirect: 'any' });
  expect(headersOf(server).split('canary')).toHaveLength(3);
  expect(elsewhere.requests).toHaveLength(1);
  expect(headersOf(elsewhere)).not.toContain('canary');
});
