/** The CONNECT exchange (RFC 9110 §9.3.6) on an open connection to a proxy. */
import type { Socket } from 'node:net';
import type { ProxyServer } from '../route/proxy-server.js';
import { isTlsAlert } from './node-error.js';
import { proxyTlsFailed, tunnelBroken } from './proxy-failure.js';
import { readTunnelAnswer, type TunnelAnswer } from './tunnel-answer.js';

/** The longest header that a proxy may send, so that it cannot fill the memory. */
const MAX_HEADER_BYTES = 64 * 1024;
const END_OF_HEADER = '\r\n\r\n';

/**
 * Asks `proxy` for a tunnel to `target` (`host:port`, an IPv6 address in brackets), and resolves with its final answer:
 * if that is 2xx, the tunnel is open. Bytes that came after the head are put back, since they belong to the tunnel, or to the
 * body of a refusal.
 * @param authorization the `Proxy-Authorization` value, each character a byte
 * @throws ProxyError of phase `tunnel` if there is no answer, of phase `tls` if it is an alert.
 */
export function askTunnel(
  socket: Socket,
  proxy: ProxyServer,
  target: string,
  authorization: string | undefined,
): Promise<TunnelAnswer> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);

    const finish = (outcome: Error | TunnelAnswer): void => {
      socket.removeListener('readable', onReadable);
      socket.removeListener('end', onEnd);
      socket.removeListener('close', onEnd);
      socket.removeListener('error', onError);
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    const onReadable = (): void => {
      for (
        let chunk = socket.read() as Buffer | null;
        chunk !== null;
        chunk = socket.read() as Buffer | null
      ) {
        const searchFrom = Math.max(0, received.length - END_OF_HEADER.length);
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        if (!looksLikeHttp(received)) return finish(tunnelBroken(proxy, target, garbage(received)));
        const end = received.indexOf(END_OF_HEADER, searchFrom, 'latin1');
        if (end > MAX_HEADER_BYTES || (end < 0 && received.length > MAX_HEADER_BYTES)) {
          return finish(tunnelBroken(proxy, target, 'header too large'));
        }
        // A line feed alone does not end a line here (RFC 9112 §2.2), so a head written like this would never end.
        if (end < 0 && received.includes('\n\n'))
          return finish(tunnelBroken(proxy, target, 'garbage'));
        if (end < 0) continue;
        const answer = readTunnelAnswer(received.toString('latin1', 0, end));
        const rest = received.subarray(end + END_OF_HEADER.length);
        if (answer === undefined) return finish(tunnelBroken(proxy, target, 'garbage'));
        if (rest.length > 0) socket.unshift(rest);
        if (answer.status < 100 || answer.status === 101)
          return finish(tunnelBroken(proxy, target, 'garbage'));
        if (answer.status < 200) {
          // An interim answer (RFC 9110 §15.2); the final one follows.
          received = Buffer.alloc(0);
          continue;
        }
        return finish(answer);
      }
    };
    const brokeOff = (cause?: Error): void =>
      finish(tunnelBroken(proxy, target, received.length === 0 ? 'closed' : 'cut off', cause));
    const onEnd = (): void => brokeOff();
    // With TLS 1.3 a proxy refuses our certificate only after the handshake.
    const onError = (cause: Error): void =>
      isTlsAlert(cause) ? finish(proxyTlsFailed(proxy, cause)) : brokeOff(cause);

    // The connection may have broken off while the SDK waited for the credentials.
    if (socket.destroyed) return onEnd();
    socket.on('readable', onReadable);
    socket.on('end', onEnd);
    socket.on('close', onEnd);
    socket.on('error', onError);
    socket.write(connectRequest(proxy, target, authorization), 'latin1');
  });
}

function connectRequest(
  proxy: ProxyServer,
  target: string,
  authorization: string | undefined,
): string {
  let text = `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n`;
  if (authorization !== undefined) text += `Proxy-Authorization: ${authorization}\r\n`;
  for (let i = 0; i < proxy.headers.length; i += 2)
    text += `${proxy.headers[i]}: ${proxy.headers[i + 1]}\r\n`;
  return `${text}\r\n`;
}

/** Looks at the first bytes, so that a peer that is no proxy is recognised at once and not after a timeout. */
function looksLikeHttp(received: Buffer): boolean {
  const start = received.toString('latin1', 0, 5);
  return 'HTTP/'.startsWith(start);
}

/** A TLS record of type alert (21) or handshake (22): the peer expected TLS. SOCKS 5 begins each answer with its number. */
function garbage(received: Buffer): 'tls' | 'socks' | 'garbage' {
  if (received[0] === 5) return 'socks';
  return received[0] === 0x15 || received[0] === 0x16 ? 'tls' : 'garbage';
}
