// Prints, for every test run since .cache/results was emptied, what passed and failed, and the sum as the last line.
import { counts } from './jest.mjs';
import { say } from './say.mjs';

const sum = { passed: 0, failed: 0, skipped: 0 };
for (const { label, passed, failed, skipped } of counts()) {
  say('counts', `${label}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped;
}
const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : '';
process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed${skipped}\n`);
if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1;
