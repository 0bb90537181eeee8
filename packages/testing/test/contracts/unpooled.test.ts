import { expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import type { Transport, TransportRequest } from '@sdk/common';
import { testTransport } from '@sdk/testing';

/** Wraps another transport, keeps no connection and knows no options. */
class Unpooled implements Transport {
  readonly name = 'unpooled';
  readonly #inner = new AxiosTransport();

  send(request: TransportRequest) {
    return this.#inner.send({ ...request, freshSocket: true });
  }

  close() {
    return this.#inner.close();
  }
}

testTransport(() => new Unpooled(), {
  test,
  expect,
  capabilities: { pools: false, options: false },
});
