import { describe, expect, test } from '@jest/globals';
import { startScriptedProxy } from '@sdk/testing';
import { keep, rejection } from '../connection/stand.js';
import { ENGINES } from '../engines.js';
import { attempt, text } from './request.js';

/** Answers the first request with a status below 200 and then as it should, later ones as it should. */
function scripted(first: string) {
  let asked = 0;
  return startScriptedProxy((socket) => {
    socket.on('end', () => socket.end());
    socket.on('data', (bytes: Buffer) => {
      const body = `to ${bytes.toString().split(' ', 2).join(' ')}`;
      const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      asked += 1;
      if (asked === 1) socket.write(`HTTP/1.1 ${first}\r\n\r\n`);
      setTimeout(() => socket.write(answer), 50);
    });
  });
}

describe.each(ENGINES)('under %s', (_name, Engine) => {
  test.each(['101 Switching Protocols', '000 Nothing'])(
    'what follows "%s" is never the answer to the next request',
    async (status) => {
      const server = keep(await scripted(status));
      const transport = keep(new Engine({ maxSockets: 1 }));
      const first = rejection(transport.send(attempt(`${server.url}/first`)));
      const second = transport.send(attempt(`${server.url}/second`, { method: 'POST' }));
      expect(await first).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'maybe' });
      expect(await text((await second).body)).toBe('to POST /second');
      expect(server.connections.length).toBe(2);
    },
  );
});
