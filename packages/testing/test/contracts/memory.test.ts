import { expect, test } from '@jest/globals';
import { testTransport } from '@sdk/testing';
import { MemoryTransport } from './memory-transport.js';

testTransport((_options, answer) => new MemoryTransport(answer), {
  test,
  expect,
  capabilities: { network: false },
});
