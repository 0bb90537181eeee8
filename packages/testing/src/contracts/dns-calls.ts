import type { DnsBench } from './dns-bench.js';
import { collect, rejection } from './runner.js';

/** What holds for any call: its options, its signal, and the end of the driver. */
export function testCalls({ expect, expectCode, on }: DnsBench): void {
  on('refuses unknown options by name, and calls after it was closed', async (driver) => {
    const misspelt = { httpProxi: false } as object;
    const error = await rejection(collect(driver.listZones(misspelt)));
    expect(error['code']).toBe('SDK_CONFIGURATION');
    expect(String(error['message'])).toContain('httpProxi');
    await driver.close();
    await expectCode(collect(driver.listZones()), 'SDK_CONFIGURATION');
  });

  on('ends a call with the reason of its signal', async (driver) => {
    const reason = new Error('no longer wanted');
    const signal = AbortSignal.abort(reason);
    expect(await rejection(collect(driver.listZones({ signal })))).toBe(reason);
  });
}
