/** mitmproxy: a proxy that intercepts TLS with an authority of its own, as companies do. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptsConnections } from '../probes.mjs';

// What it saw inside the tunnel, which no other proxy can tell.
const ADDON = `
def response(flow):
    with open(%r, "a") as log:
        log.write("%%s %%s %%d\\n" %% (flow.request.method, flow.request.pretty_url, flow.response.status_code))
`;

/** @type {import('../lab.mjs').LabServer} */
export const mitmproxy = {
  name: 'mitmproxy',
  packages: ['mitmproxy'],
  async start({ dir, ports, certificates, launch }) {
    const port = await ports.take();
    const addon = join(dir, 'addon.py');
    const seenLog = join(dir, 'seen.log');
    await writeFile(seenLog, '');
    await writeFile(addon, ADDON.replace('%r', JSON.stringify(seenLog)).replaceAll('%%', '%'));
    await launch({
      name: 'mitmproxy',
      command: '/usr/bin/mitmdump',
      args: [
        ...['--listen-host', '127.0.0.1', '--listen-port', String(port), '-s', addon],
        ...['--set', `confdir=${dir}`, '--set', 'connection_strategy=lazy'],
        ...['--set', `ssl_verify_upstream_trusted_ca=${certificates.origin.ca}`],
      ],
      cwd: dir,
      ready: () => acceptsConnections(port),
    });
    return {
      url: `http://127.0.0.1:${port}`,
      /** Its own authority, which it made when it started. */
      ca: join(dir, 'mitmproxy-ca-cert.pem'),
      seenLog,
    };
  },
};
