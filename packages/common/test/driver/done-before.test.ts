import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { BaseConnection, mayHaveBeenDoneBefore, ServerError } from '@sdk/common';
import type { SdkError } from '@sdk/common';
import { startOrigin } from '@sdk/testing';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});
function keep<T extends { close(): Promise<void> }>(closable: T): T {
  open.push(closable);
  return closable;
}

type Reply = (response: ServerResponse) => void;
const status =
  (code: number): Reply =>
  (response) =>
    void response.writeHead(code).end();
const lost: Reply = ({ req }) => void req.resume().on('end', () => req.socket.resetAndDestroy());

/** The failure of a deletion whose attempts are answered so, one after the other. */
async function failureAfter(replies: readonly Reply[]): Promise<unknown> {
  let next = 0;
  const origin = keep(
    await startOrigin({ handler: (_request, response) => replies[next++]?.(response) }),
  );
  const connection = keep(
    new BaseConnection({
      endpoint: origin.url,
      httpProxy: false,
      retry: { attempts: 3, baseDelayMs: 1 },
    }),
  );
  const sent = connection.request({ method: 'DELETE', path: '/', expect: 'none' });
  return sent.catch((error: unknown) => error);
}

describe('a repetition that finds nothing', () => {
  test.each<[string, readonly Reply[]]>([
    ['an answer that was lost', [lost, status(404)]],
    ['an answer that the work went wrong', [status(500), status(404)]],
    ['a gateway that gave up', [status(504), status(429), status(404)]],
  ])('may find what it did before, after %s', async (_what, replies) => {
    const error = await failureAfter(replies);
    expect(error).toMatchObject({ code: 'SDK_NOT_FOUND' });
    expect(mayHaveBeenDoneBefore(error)).toBe(true);
  });

  test('may find what it did before, where the answer said 200 and then went wrong', async () => {
    class Late extends BaseConnection {
      protected override parseBody(body: unknown): unknown {
        if (body === 'done') return body;
        throw new ServerError('It was answered 200 and then failed', { status: 200 });
      }
      protected override retryable(error: SdkError): boolean | undefined {
        return 'status' in error && error.status === 200 ? true : undefined;
      }
    }
    const replies: Reply[] = [(response) => void response.end('late'), status(404)];
    const origin = keep(
      await startOrigin({ handler: (_request, response) => replies.shift()?.(response) }),
    );
    const connection = keep(
      new Late({ endpoint: origin.url, httpProxy: false, retry: { baseDelayMs: 1 } }),
    );
    const error: unknown = await connection
      .request({ method: 'DELETE', path: '/', expect: 'text' })
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'SDK_NOT_FOUND', attempts: [{ status: 200 }, {}] });
    expect(mayHaveBeenDoneBefore(error)).toBe(true);
  });

  test('did nothing before, where the attempts were refused', async () => {
    const error = await failureAfter([status(429), status(404)]);
    expect(error).toMatchObject({ code: 'SDK_NOT_FOUND', attempts: [{}, {}] });
    expect(mayHaveBeenDoneBefore(error)).toBe(false);
  });

  test('did nothing before, where it is the first attempt, or no error of the SDK', async () => {
    expect(mayHaveBeenDoneBefore(await failureAfter([status(404)]))).toBe(false);
    expect(mayHaveBeenDoneBefore({ attempts: [{ status: 500 }, { status: 404 }] })).toBe(false);
    expect(mayHaveBeenDoneBefore(undefined)).toBe(false);
  });
});
