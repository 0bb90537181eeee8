/** Asks scripts, with names that the test knows. */
import type { PacNames } from '../../../src/proxy/pac/evaluate.js';
import { evaluatePac } from '../../../src/proxy/pac/evaluate.js';
import { PacSandbox } from '../../../src/proxy/pac/sandbox.js';
import { originOf } from '../../../src/route/origin.js';

/** The one thread of these tests. */
export const sandbox = new PacSandbox();

const HOSTS: Readonly<Record<string, readonly string[]>> = {
  'intern.test': ['2001:db8::5', '10.1.2.3'],
  'six.test': ['2001:db8::6'],
};

/** Looks names up in a list of the test's, and notes which were asked. */
export function names(asked: string[] = []): PacNames {
  return {
    lookUp: async (name) => {
      asked.push(name);
      return HOSTS[name] ?? [];
    },
    own: () => ['192.0.2.7', '2001:db8::7'],
  };
}

/** What a script answers, or why it does not. */
export function evaluate(script: string, url = 'https://api.test', by = names()) {
  return evaluatePac(sandbox, script, originOf(url), by, 20_000);
}

/** The value of an expression inside a script. */
export async function value(expression: string): Promise<unknown> {
  const text = `encodeURIComponent(JSON.stringify(${expression}) ?? '').replace(/_/g, '_5f').replace(/[.!~*'()%]/g,
    (c) => c === '%' ? '_' : '_' + c.charCodeAt(0).toString(16).toUpperCase())`;
  const script = `function FindProxyForURL() { return 'PROXY v-' + ${text} + ':1' }`;
  const answer = await evaluate(script);
  if ('failure' in answer) return answer.failure;
  const [way] = answer.ways;
  const host = typeof way === 'object' ? way.host.slice(2) : '';
  return JSON.parse(decodeURIComponent(host.replaceAll('_', '%')));
}
