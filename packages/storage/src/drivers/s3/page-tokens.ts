/** The way through the pages of a list, which must not lead in a circle. */
import { MalformedResponseError } from '@sdk/common';

/**
 * Finds a circle of any length while it remembers one token: after 1, 2, 4, 8 … pages it takes the last one, and then waits for
 * it to come again. A list may have a million pages.
 */
export class PageTokens {
  #remembered: string | undefined;
  #pages = 0;
  #until = 1;

  /**
   * The token of the next page, as it was given.
   * @throws MalformedResponseError where it leads back.
   */
  next(token: string | undefined): string | undefined {
    if (token !== undefined && token === this.#remembered) {
      throw new MalformedResponseError(
        'The list names a page that it has answered already as its next one',
        { status: 200 },
      );
    }
    this.#pages += 1;
    if (this.#pages === this.#until) {
      this.#remembered = token;
      this.#until *= 2;
    }
    return token;
  }
}
