import { AxiosTransport } from '@sdk/common';
import { testVectors } from './engine-suite.js';

testVectors((options) => new AxiosTransport(options));
