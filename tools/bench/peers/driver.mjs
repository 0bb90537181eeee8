/**
 * A whole call of a driver: the cascade reads the proxy from the options, hooks run, the answer is decoded, checked and made a
 * model. The others send what it sends.
 */
import { PowerDns } from '@sdk/dns/drivers/powerdns';

/** @type {import('../peer.js').Open} */
export function open({ proxy, origin, headers }) {
  const apiKey = headers['X-API-Key'] ?? '';
  const dns = new PowerDns({ endpoint: origin, apiKey, httpProxy: proxy, env: {} });
  return {
    call: () => dns.getZone('example.org'),
    close: () => dns.close(),
  };
}
