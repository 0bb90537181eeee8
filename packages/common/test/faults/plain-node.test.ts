/**
 * Faults in a process of its own. The runner of tests has its own ways with rejections, warnings and what is left open; an end
 * user's Node ends at an unhandled rejection, writes warnings to stderr and waits for what is open.
 */
import { expect, test } from '@jest/globals';
import { runProgram } from '../child/child.js';
import { ENGINES } from '../child/engine.js';

test.each(ENGINES)(
  'no fault leaves bare Node a rejection that nobody handles, a warning, or anything that keeps it alive, with %s',
  async (ENGINE) => {
    const { code, stdout, stderr, lastedMs } = await runProgram('faults', { env: { ENGINE } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ faults: 50, phases: 17, odd: {} });
    expect(lastedMs).toBeLessThan(5_000);
  },
  70_000,
);
