import { expect, test } from '@jest/globals';
import { parseProxyUrl } from '@sdk/common';
import { exchangeTimedOut } from '../../src/wire/failure.js';
import { attempt } from '../transport/request.js';

const PHASES = ['headers', 'idle', 'total'] as const;

test.each(PHASES)('a %s timer names the proxy, which may be what is silent', (phase) => {
  const via = parseProxyUrl('http://ada:canary@proxy.test:3128');
  const { origin, route } = attempt('http://origin.test/', { via });
  expect(exchangeTimedOut(phase, 50, origin, route, 'maybe').message).toContain(
    'http://origin.test through the proxy http://proxy.test:3128 ',
  );
});

test.each(PHASES)('a %s timer of a direct request names the origin alone', (phase) => {
  const { origin, route } = attempt('http://origin.test/', {});
  expect(exchangeTimedOut(phase, 50, origin, route, 'maybe').message).not.toContain('proxy');
});
