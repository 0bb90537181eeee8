import { expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import { testTransport } from '@sdk/testing';

testTransport((options) => new AxiosTransport(options), { test, expect });
