/** gaxios with its own `proxy` option, which is how its documents set one up. */
import { Gaxios } from 'gaxios';

/** @type {import('../peer.js').Open} */
export function open({ way, proxy, origin, path, method, headers, body }) {
  const client = new Gaxios({ ...(way === 'direct' ? {} : { proxy }), responseType: 'json' });
  const url = origin + path;
  return {
    async call() {
      const { data } = await client.request({ url, method, headers, body });
      return data;
    },
    close: () => undefined,
  };
}
