import { expect, test } from '@jest/globals';
import { DnsDriver, RecordSetDnsDriver, getDriver } from '@sdk/dns';
import { PowerDns } from '@sdk/dns/drivers/powerdns';

test('a driver is found by its id', async () => {
  const Driver = await getDriver('powerdns');
  expect(Driver).toBe(PowerDns);
  const dns = new Driver({ endpoint: 'http://127.0.0.1:1', apiKey: 'x' });
  expect([dns instanceof RecordSetDnsDriver, dns instanceof DnsDriver]).toEqual([true, true]);
  await dns.close();
});

test('an id that is not known is refused', async () => {
  await expect(getDriver('powerdn' as 'powerdns')).rejects.toMatchObject({
    code: 'SDK_CONFIGURATION',
    message: 'There is no driver "powerdn"; did you mean "powerdns"?',
  });
});
