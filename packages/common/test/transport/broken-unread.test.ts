import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import { startOrigin, until } from '@sdk/testing';
import type { Origin } from '@sdk/testing';
import { attempt } from './request.js';

let origin: Origin;
let transport: AxiosTransport;

beforeAll(async () => {
  transport = new AxiosTransport();
  origin = await startOrigin({
    handler: (_request, response) => {
      response.setHeader('content-length', 100);
      response.write('the beginning', () => setTimeout(() => response.destroy(), 5));
      return undefined;
    },
  });
});

afterAll(async () => {
  await transport.close();
  await origin.close();
});

test('a body that broke off before anybody read it fails with the typed error, too', async () => {
  const { body } = await transport.send(attempt(`${origin.url}/`));
  await until(() => body.destroyed, 'the body to break off');
  await expect(buffer(body)).rejects.toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'yes' });
});
