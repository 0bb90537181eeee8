import { expect, test } from '@jest/globals';
import { UndiciTransport } from '@sdk/common/undici';
import { testTransport } from '@sdk/testing';

testTransport((options) => new UndiciTransport(options), { test, expect });
