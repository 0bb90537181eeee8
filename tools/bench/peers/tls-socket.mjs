/**
 * No HTTP at all: the request's bytes written on a tunnelled TLS socket, the answer's bytes counted. The floor under every
 * client, and the ceiling of the origin and the proxy.
 */
import { connect } from 'node:net';
import { connect as secure } from 'node:tls';

/** @type {import('../peer.js').Open} */
export function open({ way, proxy, origin, method, path, headers, body = '' }) {
  const { hostname, port, host } = new URL(origin);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = method === 'POST' ? `Content-Length: ${Buffer.byteLength(body)}\r\n` : '';
  const request = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}${length}\r\n${body}`;
  /** @type {import('node:tls').TLSSocket[]} */
  const idle = [];
  const reach = () =>
    way === 'connect' ? tunnel(proxy, hostname, port) : direct(hostname, Number(port));
  return {
    async call() {
      const socket = idle.pop() ?? (await reach());
      const answer = await exchange(socket, request);
      idle.push(socket);
      return JSON.parse(answer);
    },
    close() {
      for (const socket of idle) socket.destroy();
    },
  };
}

/**
 * @param {string} hostname
 * @param {number} port
 * @returns {Promise<import('node:tls').TLSSocket>}
 */
function direct(hostname, port) {
  return new Promise((resolve, reject) => {
    const socket = secure({ host: hostname, port, servername: hostname }, () => {
      socket.setNoDelay(true);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/**
 * @param {string} proxy
 * @param {string} hostname
 * @param {string} port
 * @returns {Promise<import('node:tls').TLSSocket>}
 */
function tunnel(proxy, hostname, port) {
  const { hostname: host, port: proxyPort } = new URL(proxy);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(proxyPort), noDelay: true });
    socket.once('error', reject);
    socket.write(`CONNECT ${hostname}:${port} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
    socket.once('data', () => {
      const inner = secure({ socket, servername: hostname }, () => resolve(inner));
      inner.once('error', reject);
    });
  });
}

/**
 * @param {import('node:tls').TLSSocket} socket
 * @param {string} request
 * @returns {Promise<string>} the body
 */
function exchange(socket, request) {
  return new Promise((resolve, reject) => {
    let text = '';
    /** @param {Buffer} piece */
    const onData = (piece) => {
      text += piece.toString('utf8');
      const split = text.indexOf('\r\n\r\n');
      if (split < 0) return;
      const length = Number(/^content-length: (\d+)/im.exec(text)?.[1]);
      // ASCII only: a character is a byte.
      if (text.length < split + 4 + length) return;
      socket.removeListener('data', onData);
      socket.removeListener('error', reject);
      resolve(text.slice(split + 4));
    };
    socket.on('data', onData);
    socket.once('error', reject);
    socket.write(request);
  });
}
