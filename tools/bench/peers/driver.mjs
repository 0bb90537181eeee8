/**
 * A whole call of a driver: the cascade reads the proxy from the options, hooks run, the answer is decoded, checked and made a
 * model. The others send what it sends.
 */
import { PowerDns } from '@sdk/dns/drivers/powerdns';

/** @type {import('../peer.js').Open} */
export function open({ way, origin, proxy, headers }) {
  const apiKey = headers['X-API-Key'] ?? '';
  const httpProxy = way === 'direct' ? false : proxy;
  const dns = new PowerDns({ endpoint: origin, apiKey, httpProxy, env: {} });
  return {
    call: () => dns.getZone('example.org'),
    close: () => dns.close(),
  };
}
