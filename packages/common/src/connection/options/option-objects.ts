/** Options that are objects of the caller's: a logger, a transport, a signal, variables. */
import { ConfigurationError } from '../../errors.js';
import type { Environment } from '../../proxy/environment.js';
import type { Transport } from '../../transport/transport.js';
import type { Logger } from './options.js';
import { checkRecord, kindOf } from '../../option-keys.js';

const LOGGER_METHODS = ['debug', 'info', 'warn', 'error'] as const;

/** @throws ConfigurationError that names the method that is missing. */
export function checkedLogger(logger: Logger | undefined): Logger | undefined {
  if (logger === undefined) return undefined;
  requireMethods('logger', logger, LOGGER_METHODS, 'console is one.');
  return logger;
}

/** @throws ConfigurationError that names the method that is missing. */
export function checkedTransport(transport: Transport | undefined): Transport | undefined {
  if (transport === undefined) return undefined;
  requireMethods(
    'transport',
    transport,
    ['send', 'close'],
    'Give for instance new AxiosTransport().',
  );
  return transport;
}

/** @throws ConfigurationError for what is no record of strings. */
export function checkedEnv(env: Environment | undefined): Environment | undefined {
  if (env === undefined) return undefined;
  checkRecord(env, 'env', 'variables');
  for (const name of Object.keys(env)) {
    const value: unknown = env[name];
    if (value === undefined || typeof value === 'string') continue;
    throw new ConfigurationError(`env.${name} must be a string, not ${kindOf(value)}`, {
      field: `env.${name}`,
    });
  }
  return env;
}

/** @throws ConfigurationError for what is no AbortSignal. */
export function checkedSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw new ConfigurationError(`signal must be an AbortSignal, not ${kindOf(signal)}`, {
    field: 'signal',
    hint: 'Give controller.signal, or AbortSignal.timeout(ms).',
  });
}

/** @throws ConfigurationError for what is no function. */
export function checkedFunction<T>(value: T | undefined, field: string): T | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw new ConfigurationError(`${field} must be a function, not ${kindOf(value)}`, { field });
}

function requireMethods(
  field: string,
  value: object,
  methods: readonly string[],
  hint: string,
): void {
  if (typeof value !== 'object' || value === null) {
    throw new ConfigurationError(`${field} must be an object, not ${kindOf(value)}`, {
      field,
      hint,
    });
  }
  for (const method of methods) {
    if (typeof (value as Record<string, unknown>)[method] === 'function') continue;
    throw new ConfigurationError(`${field} has no method ${method}()`, {
      field: `${field}.${method}`,
      hint,
    });
  }
}
