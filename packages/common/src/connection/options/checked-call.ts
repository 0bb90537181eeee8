/** A call's own settings over those of its driver, checked in the same way for each request and for a method that sends none. */
import { compileLevel } from '../../proxy/level.js';
import type { CompiledLevel } from '../../proxy/level.js';
import type { Timeouts } from '../../transport/timeouts.js';
import { HeaderBag } from '../content/header-bag.js';
import { own } from '../../option-keys.js';
import { addCallHeaders } from './call-headers.js';
import { checkKeys } from './call-options.js';
import { checkedFunction, checkedSignal } from './option-objects.js';
import { CALL_KEYS } from './options.js';
import type { CallOptions, RetryOptions } from './options.js';
import { withRetry } from './retry-option.js';
import { withTimeouts } from './timeouts-option.js';

/** A call's own settings; those of its driver where the call has none. */
export interface CheckedCall {
  /** `undefined`: the call says nothing about proxies. */
  readonly callLevel: CompiledLevel | undefined;
  readonly timeouts: Timeouts;
  readonly retry: RetryOptions;
  readonly onProgress: CallOptions['onProgress'];
}

/** @throws ConfigurationError that names the option at fault. The signal and the headers are not checked. */
export function checkedCall(
  defaults: Pick<CheckedCall, 'timeouts' | 'retry'>,
  call: CallOptions,
): CheckedCall {
  return {
    callLevel:
      call.httpProxy === undefined && call.noProxy === undefined
        ? undefined
        : compileLevel(call, 'call'),
    timeouts: withTimeouts(defaults.timeouts, call.timeouts),
    retry: withRetry(defaults.retry, call.retry),
    onProgress: checkedFunction(call.onProgress, 'onProgress'),
  };
}

/** The call's level of the cascade. @throws ConfigurationError that names the option at fault. */
export function callLevelOf(call: CallOptions): CompiledLevel {
  checkKeys(call, CALL_KEYS, 'call options');
  return compileLevel({ httpProxy: own(call, 'httpProxy'), noProxy: own(call, 'noProxy') }, 'call');
}

/**
 * Checks a call's options as each request does: for a method that does something before its first request, or sends none.
 * @param defaults the driver's settings
 * @param call as `callOptions` takes it out of a method's options
 * @throws ConfigurationError that names the option at fault.
 */
export function checkCallOptions(
  defaults: { readonly timeouts: Timeouts; readonly retry: RetryOptions },
  call: CallOptions,
): void {
  checkedSignal(call.signal);
  checkedCall(defaults, call);
  if (call.headers !== undefined) addCallHeaders(new HeaderBag(), call.headers);
}
