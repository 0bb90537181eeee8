/** Ways to ask a server whether it answers yet. */
import { get } from 'node:http';
import { connect } from 'node:net';

const PROBE_MS = 2_000;

/**
 * Whether something accepts TCP connections there.
 *
 * @param {number} port on 127.0.0.1
 * @returns {Promise<boolean>}
 */
export function acceptsConnections(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    /** @param {boolean} answer */
    const settle = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PROBE_MS, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/**
 * Whether an `http:` URL answers with status 200.
 *
 * @param {string} url
 * @param {Record<string, string>} [headers]
 * @returns {Promise<boolean>}
 */
export function answersWell(url, headers = {}) {
  return new Promise((resolve) => {
    const request = get(url, { headers, agent: false, timeout: PROBE_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
