import { describe, expect, test } from '@jest/globals';
import { authRefused } from '../../src/route/auth-refusal.js';

describe('the hint of a refusal', () => {
  const hint = (schemes: string[], tried: string[]): string =>
    authRefused({ proxy: 'http://proxy.test:1', status: 407, schemes, tried }).hint ?? '';

  test.each([
    [['Basic'], /in the URL/],
    [['NTLM', 'Digest'], /in the URL/],
    [[], /in the URL/],
    [['Negotiate', 'NTLM'], /scheme: 'negotiate'.*kerberos/],
    [['Bearer'], /\{ token \}/],
    [['NTLM'], /does not speak NTLM.*offers: NTLM/],
    [['Hawk'], /supports Basic, Digest, Negotiate and Bearer.*offers: Hawk/],
  ])('says what to give where %j is offered and nothing was given', (schemes, said) => {
    expect(hint(schemes, [])).toMatch(said);
  });

  test.each([
    [['Negotiate'], ['Basic'], /^Basic was sent, which the proxy does not offer\..*'negotiate'/],
    [['Basic'], ['Bearer'], /^Bearer was sent, which the proxy does not offer\..*in the URL/],
    [['NTLM'], ['Basic'], /^Basic was sent, which the proxy does not offer/],
  ])('says that %j does not ask for %j', (schemes, tried, said) => {
    expect(hint(schemes, tried)).toMatch(said);
  });

  test.each([
    [['basic'], ['Basic'], /check the user name/],
    [['Digest'], ['Basic', 'Digest MD5'], /check the user name/],
    [['Bearer'], ['Bearer'], /check httpProxy\.credentials/],
    [['Other'], ['the given authorization'], /check httpProxy\.credentials/],
    [[], ['Basic'], /check the user name/],
  ])('where %j is offered and %j was sent, is to check them', (schemes, tried, said) => {
    expect(hint(schemes, tried)).toMatch(said);
  });
});
