import { expect, test } from '@jest/globals';
import { runProgram } from './child/child.js';

test('each listener of a signal is called, whatever another one throws, and that is uncaught', async () => {
  const { stdout } = await runProgram('abort-listeners');
  expect(JSON.parse(stdout)).toEqual({ called: ['first', 'second'], uncaught: ['of the first'] });
});
