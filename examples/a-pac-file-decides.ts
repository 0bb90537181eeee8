// A PAC file names the proxy for each host: from a server, from the disk, or inside its own URL.
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { answerJson, startOrigin, startProxy } from '@sdk/testing';

const server = await startOrigin({ handler: answerJson([]) });
const proxy = await startProxy();

// What a company's server answers to GET /proxy.pac.
const script = `
  function FindProxyForURL(url, host) {
    if (host === 'localhost') return 'DIRECT';
    return 'PROXY 127.0.0.1:${proxy.port}';
  }
`;
const wpad = await startOrigin({ handler: (_request, response) => response.end(script) });

// Needs the package quickjs-wasi, in which the file is evaluated: npm install quickjs-wasi
const options = { apiKey: 'key', httpProxy: `pac+${wpad.url}/proxy.pac` };
const dns = new PowerDns({ ...options, endpoint: server.url });
const local = new PowerDns({ ...options, endpoint: server.url.replace('127.0.0.1', 'localhost') });

for (const driver of [dns, local]) {
  const { decision } = await driver.request({ method: 'GET', path: '/' });
  console.log(
    `${decision.origin.replace(/:\d+$/, '')} goes ${decision.proxy ? 'over the proxy' : 'direct'}`,
  );
}
console.log('requests through the proxy:', proxy.stats.forwards);

await dns.close();
await local.close();
await wpad.close();
await proxy.close();
await server.close();
