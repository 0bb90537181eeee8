// A driver is endpoints and wire types. It says not one word about proxies, timeouts, retries or sockets.
import { BaseConnection, BaseDriver, paginate } from '@sdk/common';
import type { CallOptions, DriverOptions, HeaderBag } from '@sdk/common';
import { startOrigin, startProxy } from '@sdk/testing';

/** Where the service is and how to be let in, beside everything that every driver takes. */
interface NotesOptions extends DriverOptions {
  readonly endpoint: string;
  readonly token: string;
}

interface Note {
  readonly id: string;
  readonly text: string;
}

interface WirePage {
  readonly notes: readonly Note[];
  readonly next_page: number | null;
}

class NotesConnection extends BaseConnection {
  readonly #token: string;

  constructor(source: ConstructorParameters<typeof BaseConnection>[0], token: string) {
    super(source);
    this.#token = token;
  }

  protected override authorize(headers: HeaderBag): void {
    headers.set('authorization', `Bearer ${this.#token}`);
  }
}

class Notes extends BaseDriver<NotesConnection> {
  constructor(options: NotesOptions) {
    super(options, ['token'], (settings) => new NotesConnection(settings, options.token));
  }

  /** Every note; a page is fetched when its first note is asked for. */
  listNotes(call?: CallOptions): AsyncIterable<Note> {
    const fetchPage = async (page: number): Promise<WirePage> => {
      const spec = { method: 'GET', path: ['notes'], query: { page } };
      return (await this.connection.request<WirePage>(spec, call)).body;
    };
    return paginate({
      first: () => fetchPage(1),
      items: (page: WirePage) => page.notes,
      next: ({ next_page }) => (next_page === null ? undefined : () => fetchPage(next_page)),
    });
  }
}

// The service itself, and a proxy before it.
const server = await startOrigin({
  handler(request, response) {
    const page = Number(new URL(request.url ?? '', 'http://notes').searchParams.get('page'));
    const notes = [{ id: `${page}`, text: `note on page ${page}` }];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ notes, next_page: page < 3 ? page + 1 : null }));
  },
});
const proxy = await startProxy();

const notes = new Notes({ endpoint: server.url, token: 'secret', httpProxy: proxy.url });
for await (const { text } of notes.listNotes()) console.log(text);
console.log('requests through the proxy:', proxy.stats.forwards);

await notes.close();
await proxy.close();
await server.close();
