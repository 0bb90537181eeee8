/** What a DigitalOcean account holds, for an origin that remembers. */
import { example } from './examples.js';

/** A resource as it goes on the wire. */
export type Entry = Record<string, unknown>;

/** A job as it goes on the wire. */
export interface Action extends Entry {
  id: number;
  status: string;
}

/** What the next action does instead of ending well. */
export type Misfortune = 'errored' | 'busy';

/** What the origin remembers. */
export class Account {
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

/** Some members of a body, where it has them. */
export function pick(body: Entry, names: readonly string[]): Entry {
  return Object.fromEntries(
    names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
  );
}
