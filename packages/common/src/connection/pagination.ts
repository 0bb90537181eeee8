/** Turns pages into one stream of items. */

/** How a list is read page by page. */
export interface Pages<Page, Item> {
  /** Fetches the first page. */
  readonly first: () => Promise<Page>;
  readonly items: (page: Page) => Iterable<Item>;
  /** How to fetch the page after this one; `undefined` if this is the last. */
  readonly next: (page: Page) => (() => Promise<Page>) | undefined;
}

/** Yields the items of page after page; a page is fetched only when its first item is asked for. */
export async function* paginate<Page, Item>(
  pages: Pages<Page, Item>,
): AsyncGenerator<Item, void, undefined> {
  let fetch: (() => Promise<Page>) | undefined = pages.first;
  while (fetch !== undefined) {
    const page: Page = await fetch();
    yield* pages.items(page);
    fetch = pages.next(page);
  }
}
