import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readMitmproxyLog, readUntil } from '../access-log.js';
import { readEndpoints } from '../endpoints.js';
import { startEchoOrigin } from './echo-origin.js';
import type { EchoOrigin } from './echo-origin.js';
import { connectRaw, sendRaw } from './raw-http.js';

const { mitmproxy, certificates } = readEndpoints();

describe('the mitmproxy of the lab', () => {
  let origin: EchoOrigin;
  let authority: string;
  beforeAll(async () => {
    origin = await startEchoOrigin(certificates.origin);
    authority = `127.0.0.1:${origin.port}`;
  });
  afterAll(() => origin.close());

  const handshake = async (ca: string) => {
    const { status, socket } = await connectRaw(mitmproxy.url, authority);
    expect(status).toBe(200);
    const inner = connectTls({ socket, ca: readFileSync(ca, 'utf8'), servername: 'localhost' });
    inner.once('error', () => socket.destroy());
    await once(inner, 'secureConnect');
    return inner;
  };

  test("shows a certificate for which the origin's authority does not vouch", async () => {
    await expect(handshake(certificates.origin.ca)).rejects.toMatchObject({
      code: expect.stringMatching(/UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT_LOCALLY)/),
    });
  });

  test('reads what a client sends that trusts its authority', async () => {
    const inner = await handshake(mitmproxy.ca);
    const answer = await sendRaw(`https://${authority}/read`, { socket: inner });
    expect(answer).toMatchObject({ status: 200, body: 'hello' });
    inner.destroy();
    const isThis = ({ url }: { url: string }) => url.endsWith(`:${origin.port}/read`);
    const lines = await readUntil(
      async () => (await readMitmproxyLog(mitmproxy.seenLog)).filter(isThis),
      (found) => found.length > 0,
    );
    expect(lines).toMatchObject([{ method: 'GET', status: 200 }]);
  });
});
