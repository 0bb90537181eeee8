/** Azure's core-rest-pipeline with its own proxy options; nothing is sent twice. */
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';

/** @type {import('../peer.js').Open} */
export function open({ way, proxy, origin, path, method, headers, body }) {
  const { hostname, port } = new URL(proxy);
  const client = createDefaultHttpClient();
  const pipeline = createPipelineFromOptions({
    retryOptions: { maxRetries: 0 },
    ...(way === 'direct'
      ? {}
      : { proxyOptions: { host: `http://${hostname}`, port: Number(port) } }),
  });
  const url = origin + path;
  return {
    async call() {
      const request = createPipelineRequest({
        url,
        method,
        headers: createHttpHeaders(headers),
        body: body ?? null,
        allowInsecureConnection: true,
      });
      const { bodyAsText } = await pipeline.sendRequest(client, request);
      return JSON.parse(bodyAsText ?? '');
    },
    close: () => undefined,
  };
}
