/** A driver is asked which way its requests go, and goes that way. */
import { expect, test } from '@jest/globals';
import { BaseConnection, BaseDriver } from '@sdk/common';
import type { DriverOptions, ProxySelector } from '@sdk/common';
import { keep, origin, proxy, rejection } from '../connection/stand.js';

class Plain extends BaseDriver {
  constructor(options: DriverOptions) {
    super(options, [], (settings) => new BaseConnection(settings));
  }
}

class Silent extends BaseDriver<undefined> {
  constructor(options: DriverOptions) {
    super(options, [], () => undefined);
  }
}

const get = { method: 'GET', path: '/' };

test('a driver explains the way of its requests by its settings as they are now', async () => {
  const [server, a, b, c] = [await origin(), await proxy(), await proxy(), await proxy()];
  const env = { http_proxy: a.url };
  const driver = keep(new Plain({ endpoint: server.url, env }));
  const says = async (of: Plain, call?: { httpProxy: string | false }) => {
    const { proxy: way, decidedBy, origin: asked } = await of.explainProxy(undefined, call);
    const { decision } = await of.request(get, call);
    expect({ way, decidedBy }).toEqual({ way: decision.proxy, decidedBy: decision.decidedBy });
    expect(asked).toBe(server.url);
    return [way, decidedBy];
  };
  expect(await says(driver)).toEqual([a.url, 'env']);
  driver.setHttpProxy(b.url);
  expect(await says(driver)).toEqual([b.url, 'instance']);
  expect(await says(driver, { httpProxy: false })).toEqual([null, 'call']);
  const view = driver.with({ httpProxy: c.url });
  expect(await says(view)).toEqual([c.url, 'instance']);
  expect(await says(view, { httpProxy: a.url })).toEqual([a.url, 'call']);
});

test('it is asked about another target, too, and tells selectors what the request is for', async () => {
  const purposes: string[] = [];
  const httpProxy: ProxySelector = async (question) => {
    purposes.push(question.purpose);
    return question.origin === 'https://far.test' ? 'http://gate.test:3128' : false;
  };
  const driver = keep(new Plain({ endpoint: 'https://near.test', httpProxy, env: {} }));
  expect((await driver.explainProxy()).proxy).toBeNull();
  expect(await driver.explainProxy('https://far.test/x')).toMatchObject({
    origin: 'https://far.test',
    proxy: 'http://gate.test:3128',
  });
  expect(purposes).toEqual(['request', 'request']);
});

test('what a request would refuse is refused', async () => {
  const driver = keep(new Plain({ endpoint: 'https://near.test', env: {} }));
  const wrong = driver.explainProxy(undefined, { httpProxy: 'corp:port' });
  expect(await rejection(wrong)).toMatchObject({ code: 'SDK_CONFIGURATION' });
  const misspelt = driver.explainProxy(undefined, { httpProxi: 'corp:1' } as object);
  expect(await rejection(misspelt)).toMatchObject({ code: 'SDK_CONFIGURATION' });
  const silent = keep(new Silent({ env: {} }));
  expect(await rejection(silent.explainProxy())).toMatchObject({ code: 'SDK_UNSUPPORTED' });
});
