/** A tunnel through an HTTP proxy: CONNECT, and as many legs of authentication as it takes. */
import type { Socket } from 'node:net';
import { isSdkError } from '../errors.js';
import { authRefused } from '../route/auth-refusal.js';
import { parseChallenges, schemesOf } from '../route/challenges.js';
import type { ProxyServer } from '../route/proxy-server.js';
import type { AuthDialogue } from './auth/dialogue.js';
import { startDialogue } from './auth/start-dialogue.js';
import { askTunnel } from './connect.js';
import { tunnelRefused } from './proxy-failure.js';
import { drainRefusal } from './refusal-body.js';
import { valuesOf, type TunnelAnswer } from './tunnel-answer.js';

/** No proxy needs more, even with stale nonces and a connection that broke between two legs. */
const MAX_LEGS = 6;

/**
 * A connection of `open` with a tunnel to `target` (`host:port`) on it. A refusal that the credentials can answer is
 * answered on the same connection if the proxy keeps it, otherwise on another one.
 * @throws ProxyError of phase `auth` or `tunnel`, or what `open` throws.
 */
export async function openTunnel(
  open: () => Promise<Socket>,
  proxy: ProxyServer,
  target: string,
): Promise<Socket> {
  const dialogue = startDialogue(proxy);
  let socket = await open();
  let used = false;
  for (let leg = 1; ; leg += 1) {
    const answer = await askOn(socket, used, dialogue, proxy, target);
    if (answer !== undefined) {
      if (answer.status < 300) {
        dialogue.accepted(valuesOf(answer, 'proxy-authentication-info').join(', '));
        return socket;
      }
      checkRefusal(answer, dialogue, proxy, target, leg);
    }
    used = answer !== undefined && (await drainRefusal(socket, answer));
    if (used) continue;
    socket.destroy();
    socket = await open();
  }
}

/** The answer to one leg; `undefined` if its connection had carried a leg before and was closed meanwhile. */
async function askOn(
  socket: Socket,
  used: boolean,
  dialogue: AuthDialogue,
  proxy: ProxyServer,
  target: string,
): Promise<TunnelAnswer | undefined> {
  const authorization = dialogue.authorize('CONNECT', target, socket);
  const value = authorization instanceof Promise ? await authorization : authorization;
  try {
    return await askTunnel(socket, proxy, target, value);
  } catch (error) {
    if (used && isSdkError(error, 'SDK_PROXY') && error.retryable) {
      dialogue.lost();
      return undefined;
    }
    dialogue.abandoned();
    throw error;
  }
}

/** @throws ProxyError if another leg would not help. */
function checkRefusal(
  answer: TunnelAnswer,
  dialogue: AuthDialogue,
  proxy: ProxyServer,
  target: string,
  leg: number,
): void {
  const { status } = answer;
  // tinyproxy answers a wrong password with 401.
  if (status !== 407 && status !== 401) {
    dialogue.abandoned();
    throw tunnelRefused(proxy, target, answer);
  }
  const offered = valuesOf(answer, 'proxy-authenticate');
  if (status === 401) offered.push(...valuesOf(answer, 'www-authenticate'));
  const challenges = parseChallenges(offered);
  if (status === 407 && leg < MAX_LEGS && dialogue.challenged(challenges)) return;
  dialogue.abandoned();
  throw authRefused({
    proxy: proxy.href,
    status,
    schemes: schemesOf(challenges),
    tried: dialogue.tried,
    why: dialogue.why,
  });
}
