import { describe, expect, test } from '@jest/globals';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { testDnsDriver } from '@sdk/testing';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';

const { url: endpoint, apiKey } = readEndpoints().powerdns;

describe('PowerDns on a real server', () => {
  testDnsDriver({
    test,
    expect,
    open: async () => {
      const driver = new PowerDns({ endpoint, apiKey, httpProxy: false });
      return { driver, close: () => driver.close() };
    },
  });
});
