import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { LabIdentity } from '../endpoints.js';

/** What an origin saw of a request. */
export interface SeenRequest {
  readonly url: string;
  readonly headers: Record<string, string | string[] | undefined>;
  /** Of its body. */
  readonly sizeBytes: number;
}

export interface EchoOrigin {
  readonly port: number;
  readonly seen: SeenRequest[];
  /** The status and the headers of its answers from now on; 200 and none of its own until then. */
  answerWith(status: number, headers?: Record<string, string>): void;
  close(): Promise<void>;
}

/** An origin on 127.0.0.1 that answers `hello` to everything; under TLS where it is given a certificate. */
export async function startEchoOrigin(identity?: LabIdentity): Promise<EchoOrigin> {
  const seen: SeenRequest[] = [];
  let status = 200;
  let headers: Record<string, string> = {};
  const answer: RequestListener = (request, response) => {
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => (sizeBytes += chunk.length));
    request.once('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, sizeBytes });
      response.writeHead(status, headers).end('hello');
    });
  };
  const server: Server =
    identity === undefined
      ? createHttpServer(answer)
      : createHttpsServer(
          { cert: readFileSync(identity.cert), key: readFileSync(identity.key) },
          answer,
        );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    answerWith(nextStatus, nextHeaders = {}) {
      status = nextStatus;
      headers = nextHeaders;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
