/** An origin, one under TLS, and a proxy, for all tests of one file. */
import { afterAll, beforeAll } from '@jest/globals';
import {
  createCertificateAuthority,
  startOrigin,
  startProxy,
  type Origin,
  type Proxy,
} from '@sdk/testing';

export interface Servers {
  readonly plain: Origin;
  readonly secure: Origin;
  readonly proxy: Proxy;
}

/** They run from the first test to the last; before that the members are missing. */
export function serve(): Servers {
  const servers = {} as Servers;
  beforeAll(async () => {
    const authority = await createCertificateAuthority();
    Object.assign(servers, {
      plain: await startOrigin(),
      secure: await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) }),
      proxy: await startProxy(),
    });
  });
  afterAll(() => Promise.all(Object.values(servers).map((server: Origin) => server.close())));
  return servers;
}
