import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * A handler that reads each request to its end and answers it with this value as JSON.
 *
 * @param value anything `JSON.stringify` takes
 * @param status default 200
 * @example
 * const origin = await startOrigin({ handler: answerJson([{ name: 'example.org.' }]) });
 */
export function answerJson(
  value: unknown,
  status = 200,
): (request: IncomingMessage, response: ServerResponse) => void {
  const body = JSON.stringify(value);
  return (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
}
