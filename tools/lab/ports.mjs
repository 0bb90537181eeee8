/** Hands out ports on loopback that nobody listens on. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

// Below 32768, where Linux's ephemeral ports begin: another client's outgoing connection cannot take one meanwhile.
const FIRST = 20_000;
const LAST = 32_000;
const ATTEMPTS = 200;

/**
 * A source of ports; it never gives the same one twice.
 *
 * @returns {{ take(): Promise<number> }}
 */
export function createPorts() {
  const given = new Set();
  return {
    async take() {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
        if (given.has(port)) continue;
        given.add(port);
        if ((await isFreeForTcp(port)) && (await isFreeForUdp(port))) return port;
      }
      throw new Error(`no free port between ${FIRST} and ${LAST} in ${ATTEMPTS} attempts`);
    },
  };
}

/** @param {number} port @returns {Promise<boolean>} */
function isFreeForTcp(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

/** @param {number} port @returns {Promise<boolean>} */
function isFreeForUdp(port) {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.close(() => resolve(true));
    });
  });
}
