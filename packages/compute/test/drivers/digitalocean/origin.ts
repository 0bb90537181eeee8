/**
 * An origin on loopback that answers from DigitalOcean's examples and, unlike Prism, remembers: what was made is
 * listed, and an action takes some looks before it ends. It is no proof of what DigitalOcean does, only of what the driver does with such answers.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { startOrigin } from '@sdk/testing';
import type { Origin, OriginOptions } from '@sdk/testing';
import { Account, pick } from './account.js';
import type { Entry, Misfortune } from './account.js';
import { example } from './examples.js';

/** The origin, and what a test may steer. */
export interface DigitalOceanOrigin extends Origin {
  /** How often an action, or a deleted droplet, is still there when it is looked at. @default 2 */
  looks: number;
  /** What the next action does; then it is forgotten. */
  next: Misfortune | undefined;
}

/** The token that it takes. */
export const TOKEN = 'dop_v1_canary4f1c';

/** How it is started. */
export interface DigitalOceanOriginOptions extends Pick<OriginOptions, 'tls'> {
  /** Every list has pages of at most so many entries, whatever was asked for. @default 200 */
  readonly pageSize?: number | undefined;
}

/** Starts it on a free port of loopback. */
export async function startDigitalOcean({
  pageSize = 200,
  tls,
}: DigitalOceanOriginOptions = {}): Promise<DigitalOceanOrigin> {
  const account = new Account();
  const origin = await startOrigin({
    tls,
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
