/** Origins with as much of two providers in them as the canaries need; each driver's own package has a whole one. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { startOrigin } from '@sdk/testing';
import type { Origin } from '@sdk/testing';

type Answer = readonly [status: number, body?: unknown];

/** An origin that answers in JSON. */
function jsonOrigin(
  answer: (method: string, path: readonly string[], body: unknown) => Answer,
): Promise<Origin> {
  return startOrigin({
    handler: async (request: IncomingMessage, response: ServerResponse) => {
      const { method = '', url = '/' } = request;
      const body = /^P/.test(method) ? await json(request) : undefined;
      const path = new URL(url, 'http://origin').pathname.split('/').slice(1);
      const [status, sent] = answer(method, path, body);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(sent === undefined ? undefined : JSON.stringify(sent));
    },
  });
}

interface WireSet {
  readonly name: string;
  readonly type: string;
  readonly changetype?: string;
}

/** Zones with their sets, at the paths of PowerDNS. */
export function startSmallPowerDns(): Promise<Origin> {
  const zones = new Map<string, WireSet[]>();
  const zone = (name: string, rrsets?: readonly WireSet[]): object => {
    return { id: name, name, kind: 'Native', rrsets };
  };
  return jsonOrigin((method, [, , , , , id], body) => {
    if (id === undefined && method === 'GET')
      return [200, [...zones.keys()].map((name) => zone(name))];
    if (id === undefined) {
      const { name } = body as { name: string };
      zones.set(name, []);
      return [201, zone(name, [])];
    }
    const sets = zones.get(id);
    if (sets === undefined) return [404, { error: 'Not Found' }];
    if (method === 'GET') return [200, zone(id, sets)];
    if (method === 'DELETE') zones.delete(id);
    for (const change of (body as { rrsets: WireSet[] } | undefined)?.rrsets ?? []) {
      const { changetype, ...set } = change;
      const others = (zones.get(id) ?? []).filter(
        ({ name, type }) => name !== set.name || type !== set.type,
      );
      zones.set(id, changetype === 'DELETE' ? others : [...others, set]);
    }
    return [204];
  });
}

/** Droplets that run when they are looked at for the second time, at the paths of DigitalOcean. */
export function startSmallDigitalOcean(): Promise<Origin> {
  const droplets = new Map<number, { readonly id: number; status: string }>();
  let last = 0;
  return jsonOrigin((method, [, root, text], body) => {
    const id = Number(text);
    const droplet = droplets.get(id);
    if (root === 'actions') {
      const status = droplet?.status === 'active' ? 'completed' : 'in-progress';
      if (droplet !== undefined) droplet.status = 'active';
      return [200, { action: { id, status } }];
    }
    if (method === 'POST') {
      const made = { ...(body as object), id: (last += 1), status: 'new' };
      droplets.set(made.id, made);
      return [202, { droplet: made, links: { actions: [{ id: made.id, rel: 'create' }] } }];
    }
    if (text === undefined) return [200, { droplets: [...droplets.values()] }];
    if (droplet === undefined) return [404, { id: 'not_found' }];
    if (method === 'GET') return [200, { droplet }];
    droplets.delete(id);
    return [204];
  });
}
