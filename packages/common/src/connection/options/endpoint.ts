/** `endpoint`: where an API is. */
import { ConfigurationError } from '../../errors.js';
import { kindOf } from '../../option-keys.js';
import { beginningOf } from '../../route/origin.js';

/**
 * The URL of an endpoint, checked. Nothing of a refused one is shown: it may hold credentials.
 * @throws ConfigurationError
 */
export function checkedEndpoint(endpoint: string | URL): URL {
  if (typeof endpoint !== 'string' && !(endpoint instanceof URL)) {
    throw refused(`must be a URL, not ${kindOf(endpoint)}`);
  }
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw refused('could not be read as a URL');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused(`must begin with http:// or https://, this one ${beginningOf(url.href)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('holds credentials; give them by the options of the driver');
  }
  if (url.search !== '' || url.hash !== '') {
    throw refused('holds a query or a fragment; give a query by the request');
  }
  return url;
}

function refused(what: string): ConfigurationError {
  return new ConfigurationError(`endpoint ${what}`, {
    field: 'endpoint',
    hint: 'Write it whole, such as https://api.example.com or http://127.0.0.1:8081/base.',
  });
}
