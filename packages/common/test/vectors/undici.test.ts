import { UndiciTransport } from '@sdk/common/undici';
import { testVectors } from './engine-suite.js';

testVectors((options) => new UndiciTransport(options));
