import { describe, expect, test } from '@jest/globals';
import { UndiciTransport } from '@sdk/common/undici';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { createCertificateAuthority, startProxy, testDnsDriver } from '@sdk/testing';
import { API_KEY, startPowerDns } from './powerdns/origin.js';

const authority = createCertificateAuthority();

describe.each(['https:', 'http:'])('PowerDns at an %s origin, by undici over a proxy', (scheme) => {
  testDnsDriver({
    test,
    expect,
    open: async () => {
      const { cert, issue } = await authority;
      const tls = scheme === 'https:' ? await issue({ hosts: ['127.0.0.1'] }) : undefined;
      const origin = await startPowerDns({ tls });
      const proxy = await startProxy();
      const transport = new UndiciTransport();
      const driver = new PowerDns({
        endpoint: origin.url,
        apiKey: API_KEY,
        env: {},
        httpProxy: proxy.url,
        tls: { ca: cert },
        transport,
      });
      return {
        driver,
        close: async () => {
          await driver.close();
          await transport.close();
          const { connects, forwards } = proxy.stats;
          await Promise.all([proxy.close(), origin.close()]);
          expect(scheme === 'https:' ? forwards : connects).toBe(0);
        },
      };
    },
  });
});
