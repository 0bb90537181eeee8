export { totalPassed } from '@sdk/common';
