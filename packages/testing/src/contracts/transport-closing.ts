import { scripts } from '../scripts.js';
import { until } from '../until.js';
import { rejection } from './runner.js';
import { attempt, serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, readAll } from './transport-stand.js';

/** close() ends every socket, whatever it is at. */
export function testClosing({ expect, can, on }: TransportBench): void {
  on('close ends requests in flight', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    const hanging = failureOf(transport, `${origin.url}/hang`);
    await until(() => origin.requests.length === 1);
    await transport.close();
    expect(await hanging).toMatchObject({ code: 'SDK_CONNECTION' });
    await until(() => origin.openSockets() === 0, 'the socket was closed');
  });

  on('close ends a body that is being read', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    const { body } = await transport.send(attempt(`${origin.url}/stall`));
    const reading = rejection(readAll(body));
    await transport.close();
    expect(await reading).toMatchObject({ code: 'SDK_CONNECTION' });
    await until(() => origin.openSockets() === 0, 'the socket was closed');
  });

  if (can.proxies) {
    on('close ends a dial that is under way', async (stand) => {
      const silent = await stand.scripted(scripts.silent);
      const transport = await stand.transport();
      const dialling = failureOf(transport, 'https://origin.test/', { via: serverAt(silent) });
      await until(() => silent.connections.length === 1);
      await transport.close();
      expect(await dialling).toMatchObject({ code: 'SDK_CONFIGURATION' });
      await until(() => silent.openSockets() === 0, 'the proxy saw the socket close');
    });
  }

  if (!can.options || !can.pools) return;
  on('close ends those who wait for a socket', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport({ maxSockets: 1 });
    const hanging = failureOf(transport, `${origin.url}/hang`);
    await until(() => origin.requests.length === 1);
    const waiting = failureOf(transport, `${origin.url}/never`);
    await transport.close();
    expect(await hanging).toMatchObject({ code: 'SDK_CONNECTION' });
    expect(await waiting).toMatchObject({ code: 'SDK_CONFIGURATION' });
    expect(origin.requests.length).toBe(1);
    await rejection(exchange(transport, `${origin.url}/`));
  });
}
