/** The two origins that the lab's proxies are asked to reach: one plain, one under TLS. */
import { readFileSync } from 'node:fs';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { startEchoOrigin, type EchoOrigin } from '../../../../tools/lab/test/echo-origin.js';

const { certificates } = readEndpoints();

/** What a client has to trust for the origins, and for the proxies that speak TLS. */
export const originTls = { ca: readFileSync(certificates.origin.ca, 'utf8') };
export const proxyTls = { ca: readFileSync(certificates.proxy.ca, 'utf8') };

export interface Origins {
  readonly http: EchoOrigin;
  readonly https: EchoOrigin;
  close(): Promise<void>;
}

export async function startOrigins(): Promise<Origins> {
  const http = await startEchoOrigin();
  const https = await startEchoOrigin(certificates.origin);
  return {
    http,
    https,
    async close() {
      await http.close();
      await https.close();
    },
  };
}
