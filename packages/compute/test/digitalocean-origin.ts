/**
 * An origin on loopback that answers from DigitalOcean's examples and, unlike Prism, remembers: what was made is
 * listed, and an action takes some looks before it ends. It is no proof of what DigitalOcean does, only of what the driver does with such answers.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { startOrigin } from '@sdk/testing';
import type { Origin } from '@sdk/testing';
import { example } from './examples.js';

type Entry = Record<string, unknown>;

interface Action extends Entry {
  id: number;
  status: string;
}

/** What the next action does instead of ending well. */
export type Misfortune = 'errored' | 'busy';

/** The origin, and what a test may steer. */
export interface DigitalOceanOrigin extends Origin {
  /** How often an action, or a deleted droplet, is still there when it is looked at. @default 2 */
  looks: number;
  /** What the next action does; then it is forgotten. */
  next: Misfortune | undefined;
}

/** The token that it takes. */
export const TOKEN = 'dop_v1_canary4f1c';

/** Starts it; every list has pages of at most `pageSize` entries, whatever was asked for. */
export async function startDigitalOcean(pageSize = 200): Promise<DigitalOceanOrigin> {
  const account = new Account();
  const origin = await startOrigin({
    handler: async (request, response) => {
      const body = (
        request.method === 'POST' ? await json(request).catch(() => ({})) : {}
      ) as Entry;
      answer(account, pageSize, request, response, body);
    },
  });
  return Object.defineProperties(origin, {
    looks: { get: () => account.looks, set: (looks: number) => (account.looks = looks) },
    next: { get: () => account.next, set: (next: Misfortune) => (account.next = next) },
  }) as DigitalOceanOrigin;
}

/** What the origin remembers. */
class Account {
  looks = 2;
  next: Misfortune | undefined;
  readonly droplets = new Map<string, Entry>();
  readonly volumes = new Map<string, Entry>();
  readonly keys = new Map<string, Entry>();
  readonly images = new Map<string, Entry>();
  readonly snapshots = new Map<string, Entry>();
  readonly actions = new Map<string, { action: Action; looks: number; end: () => void }>();
  /** Looks that a deleted droplet still answers. */
  readonly leaving = new Map<string, number>();
  #id = 1000;

  constructor() {
    for (const image of example<{ images: Entry[] }>('get', '/v2/images', 200).images) {
      this.images.set(String(image['id']), image);
    }
  }

  id(): number {
    return (this.#id += 1);
  }

  /** An action that has its effect when it ends. */
  begin(type: unknown, droplet: Entry | undefined, effect: () => void): Action {
    const status = this.next === 'errored' ? 'errored' : 'completed';
    this.next = undefined;
    const { action } = example<{ action: Action }>('get', '/v2/actions/{action_id}', 200);
    Object.assign(action, { id: this.id(), status: 'in-progress', type, completed_at: null });
    Object.assign(action, { resource_id: droplet?.['id'] ?? null });
    const end = (): void => {
      action.status = status;
      if (status === 'completed') effect();
    };
    this.actions.set(String(action.id), { action, looks: this.looks, end });
    return action;
  }

  look(id: string): Action | undefined {
    const entry = this.actions.get(id);
    if (entry !== undefined && entry.action.status === 'in-progress' && (entry.looks -= 1) < 0) {
      entry.end();
    }
    return entry?.action;
  }

  create(body: Entry): Entry {
    const made = example<{ droplet: Entry; links: Entry }>('post', '/v2/droplets', 202);
    const droplet = { ...made.droplet, ...pick(body, ['name', 'tags']), id: this.id() } as Entry;
    droplet['size_slug'] = body['size'];
    this.droplets.set(String(droplet['id']), droplet);
    const { droplet: active } = example<{ droplet: Entry }>(
      'get',
      '/v2/droplets/{droplet_id}',
      200,
    );
    const action = this.begin('create', droplet, () =>
      Object.assign(droplet, { status: 'active', networks: active['networks'] }),
    );
    const link = {
      id: action.id,
      rel: 'create',
      href: `https://elsewhere.test/v2/actions/${action.id}`,
    };
    return { droplet, links: { actions: [link] } };
  }

  /** Changes that a droplet's action makes when it ends. */
  effect(droplet: Entry, body: Entry): () => void {
    const changes: Record<string, () => Entry> = {
      power_on: () => ({ status: 'active' }),
      power_off: () => ({ status: 'off' }),
      shutdown: () => ({ status: 'off' }),
      rename: () => ({ name: body['name'] }),
      resize: () => ({ size_slug: body['size'] }),
      rebuild: () => ({ image: this.images.get(String(body['image'])) }),
      snapshot: () => {
        const id = this.id();
        const image = { id, name: body['name'], created_at: new Date(id * 1000).toISOString() };
        this.images.set(String(id), { ...image, type: 'snapshot' });
        this.snapshots.set(String(id), { ...image, droplet: droplet['id'] });
        return {};
      },
    };
    return () => Object.assign(droplet, changes[String(body['type'])]?.());
  }
}

function pick(body: Entry, names: readonly string[]): Entry {
  return Object.fromEntries(
    names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
  );
}

function answer(
  account: Account,
  pageSize: number,
  request: IncomingMessage,
  response: ServerResponse,
  body: Entry,
): void {
  const send = (status: number, value?: unknown): void => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'ratelimit-limit': '5000',
      'ratelimit-remaining': '4999',
      'ratelimit-reset': '1893456000',
      'x-request-id': 'c0ffee00-0000-4000-8000-000000000001',
    });
    response.end(value === undefined ? undefined : JSON.stringify(value));
  };
  const fail = (status: number, id: string, message: string): void =>
    send(status, { id, message, request_id: 'c0ffee00-0000-4000-8000-000000000002' });
  const missing = (): void =>
    fail(404, 'not_found', 'The resource you requested could not be found.');
  const url = new URL(request.url ?? '/', 'http://origin');
  const [, , root = '', id = '', rest = ''] = url.pathname.replace('/account', '').split('/');

  const list = (key: string, entries: Iterable<Entry>): void => {
    const page = Number(url.searchParams.get('page') ?? 1);
    const all = [...entries];
    const pages =
      page * pageSize < all.length
        ? { next: `https://elsewhere.test/v2/${root}?page=${page + 1}&per_page=${pageSize}` }
        : {};
    const some = all.slice((page - 1) * pageSize, page * pageSize);
    send(200, { [key]: some, links: { pages }, meta: { total: all.length } });
  };

  if (request.headers.authorization !== `Bearer ${TOKEN}`) {
    return fail(
      401,
      'unauthorized',
      `Unable to authenticate you with ${request.headers.authorization}`,
    );
  }
  const droplet = account.droplets.get(id);
  const volume = account.volumes.get(id);
  switch (`${request.method} ${root}${id === '' ? '' : '/{id}'}${rest === '' ? '' : `/${rest}`}`) {
    case 'GET sizes':
      return list('sizes', example<{ sizes: Entry[] }>('get', '/v2/sizes', 200).sizes);
    case 'GET regions':
      return list('regions', example<{ regions: Entry[] }>('get', '/v2/regions', 200).regions);
    case 'GET images':
      return list('images', account.images.values());
    case 'GET images/{id}':
      return account.images.has(id) ? send(200, { image: account.images.get(id) }) : missing();
    case 'GET droplets':
      return list('droplets', account.droplets.values());
    case 'POST droplets':
      return send(202, account.create(body));
    case 'GET droplets/{id}': {
      const looks = account.leaving.get(id);
      if (looks !== undefined) account.leaving.set(id, looks - 1);
      if (looks !== undefined && looks <= 0) account.droplets.delete(id);
      return account.droplets.has(id) ? send(200, { droplet }) : missing();
    }
    case 'DELETE droplets/{id}':
      if (droplet === undefined) return missing();
      account.leaving.set(id, account.looks);
      return send(204);
    case 'POST droplets/{id}/actions':
      if (droplet === undefined) return missing();
      if (account.next === 'busy') {
        account.next = undefined;
        return fail(422, 'unprocessable_entity', 'Droplet already has a pending event.');
      }
      return send(201, {
        action: account.begin(body['type'], droplet, account.effect(droplet, body)),
      });
    case 'GET droplets/{id}/snapshots':
      return list(
        'snapshots',
        [...account.snapshots.values()].filter((each) => String(each['droplet']) === id),
      );
    case 'GET actions/{id}': {
      const action = account.look(id);
      return action === undefined ? missing() : send(200, { action });
    }
    case 'GET keys':
      return list('ssh_keys', account.keys.values());
    case 'POST keys': {
      const { ssh_key: key } = example<{ ssh_key: Entry }>('post', '/v2/account/keys', 201);
      Object.assign(key, body, { id: account.id() });
      account.keys.set(String(key['id']), key);
      return send(201, { ssh_key: key });
    }
    case 'DELETE keys/{id}':
      return account.keys.delete(id) ? send(204) : missing();
    case 'GET volumes':
      return list('volumes', account.volumes.values());
    case 'POST volumes': {
      const { volume: made } = example<{ volume: Entry }>('post', '/v2/volumes', 201);
      Object.assign(made, pick(body, ['name', 'size_gigabytes']), { id: randomUUID() });
      account.volumes.set(String(made['id']), made);
      return send(201, { volume: made });
    }
    case 'GET volumes/{id}':
      return volume === undefined ? missing() : send(200, { volume });
    case 'DELETE volumes/{id}':
      return account.volumes.delete(id) ? send(204) : missing();
    case 'POST volumes/{id}/actions': {
      if (volume === undefined) return missing();
      const effects: Record<string, () => Entry> = {
        attach: () => ({ droplet_ids: [body['droplet_id']] }),
        detach: () => ({ droplet_ids: [] }),
        resize: () => ({ size_gigabytes: body['size_gigabytes'] }),
      };
      const effect = (): Entry => Object.assign(volume, effects[String(body['type'])]?.());
      return send(202, {
        action: account.begin(`${String(body['type'])}_volume`, undefined, effect),
      });
    }
    default:
      return missing();
  }
}
