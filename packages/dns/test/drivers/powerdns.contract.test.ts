import { describe, expect, test } from '@jest/globals';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { testDnsDriver } from '@sdk/testing';
import { API_KEY, startPowerDns } from './powerdns/origin.js';

describe('PowerDns on an origin that answers as the server does', () => {
  testDnsDriver({
    test,
    expect,
    open: async () => {
      const origin = await startPowerDns();
      const driver = new PowerDns({ endpoint: origin.url, apiKey: API_KEY, env: {} });
      return {
        driver,
        close: async () => {
          await driver.close();
          await origin.close();
        },
      };
    },
  });
});
