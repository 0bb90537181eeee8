import { expect, test } from '@jest/globals';
import { chaos, testTransport } from '@sdk/testing';
import { MemoryTransport } from './memory-transport.js';

testTransport((_options, answer) => chaos(new MemoryTransport(answer)), {
  test,
  expect,
  capabilities: { network: false },
});
