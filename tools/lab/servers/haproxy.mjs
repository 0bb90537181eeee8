/** haproxy: TLS in front of a tinyproxy, as an `https:` proxy is often built; with good, demanding and bad certificates. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptsConnections } from '../probes.mjs';
import { startTinyproxy } from './tinyproxy.mjs';

/** @type {import('../lab.mjs').LabServer} */
export const haproxy = {
  name: 'haproxy',
  packages: ['haproxy', 'tinyproxy'],
  async start({ dir, ports, certificates, launch }) {
    const behind = await startTinyproxy({ dir, ports, launch }, 'tinyproxy-behind-haproxy');
    const { proxy, client, expired, wrongHost, selfSigned } = certificates;
    const faces = {
      tls: { port: await ports.take(), bind: `crt ${proxy.bundle}` },
      tlsClient: {
        port: await ports.take(),
        bind: `crt ${proxy.bundle} ca-file ${client.ca} verify required`,
      },
      expired: { port: await ports.take(), bind: `crt ${expired.bundle}` },
      wrongHost: { port: await ports.take(), bind: `crt ${wrongHost.bundle}` },
      selfSigned: { port: await ports.take(), bind: `crt ${selfSigned.bundle}` },
    };
    const config = join(dir, 'haproxy.cfg');
    await writeFile(
      config,
      `
global
  log stdout format raw local0
  maxconn 500
defaults
  mode tcp
  log global
  option tcplog
  timeout connect 5s
  timeout client 60s
  timeout server 60s
${Object.entries(faces)
  .map(
    ([name, { port, bind }]) => `
frontend ${name}
  bind 127.0.0.1:${port} ssl ${bind}
  default_backend behind`,
  )
  .join('\n')}
backend behind
  server tinyproxy ${new URL(behind.url).host}
`,
    );
    await launch({
      name: 'haproxy',
      command: '/usr/sbin/haproxy',
      args: ['-db', '-f', config],
      cwd: dir,
      ready: () => acceptsConnections(faces.selfSigned.port),
    });
    const urls = Object.fromEntries(
      Object.entries(faces).map(([name, { port }]) => [name, `https://127.0.0.1:${port}`]),
    );
    return {
      ...urls,
      /** What the tinyproxy behind it was asked for. */
      behindLog: behind.log,
      log: join(dir, '..', 'haproxy.log'),
    };
  },
};
