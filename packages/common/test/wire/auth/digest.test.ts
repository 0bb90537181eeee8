import { describe, expect, test } from '@jest/globals';
import {
  digestAuthorization,
  digestProblem,
  readDigests,
  userKey,
} from '../../../src/wire/auth/digest.js';
import { parseChallenges } from '../../../src/route/challenges.js';

/** The answer to a challenge, with a nonce count and a cnonce that a test knows. */
function answerTo(
  challenge: string,
  more: {
    username?: string;
    password?: string;
    method?: string;
    uri?: string;
    count?: number;
    cnonce?: string;
  } = {},
) {
  const [digest] = readDigests(parseChallenges([challenge]));
  if (digest === undefined) throw new Error('it cannot be answered');
  const {
    username = 'Mufasa',
    password = 'Circle of Life',
    method = 'GET',
    uri = '/dir/index.html',
  } = more;
  const { count = 1, cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' } = more;
  const key = userKey(digest, username, password, cnonce);
  return digestAuthorization(digest, username, key, {
    method,
    uri,
    nonce: digest.nonce,
    count,
    cnonce,
  });
}

const example = (algorithm: string) =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;

describe('the response', () => {
  test.each([
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ])('is that of RFC 7616 §3.9.1 for %s', (algorithm, response) => {
    expect(answerTo(example(algorithm))).toBe(
      `Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", uri="/dir/index.html", response="${response}", algorithm=${algorithm}, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", qop=auth, nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"`,
    );
  });

  test('is that of RFC 2617 §3.5, which names no algorithm', () => {
    const value = answerTo(
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
      { password: 'Circle Of Life', cnonce: '0a4f113b' },
    );
    expect(value).toContain('response="6629fae49393a05397450978507c4ef1"');
    expect(value).not.toContain('algorithm');
  });

  test('is that of RFC 2069 where no qop is offered, without counter and cnonce', () => {
    const value = answerTo(
      'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
      { password: 'CircleOfLife' },
    );
    // RFC 2069 errata 749: the response printed in the RFC itself is wrong.
    expect(value).toContain('response="1949323746fe6a43ef61f9606e7febea"');
    expect(value).not.toMatch(/nc=|cnonce|qop/);
  });

  test('hashes the user name where the proxy asks for it, with SHA-512/256 and UTF-8 (RFC 7616 §3.9.2, errata 4897)', () => {
    const value = answerTo(
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true',
      {
        username: 'J\u00e4s\u00f8n Doe',
        password: 'Secret, or not?',
        uri: '/doe.json',
        cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
      },
    );
    expect(value).toContain(
      'username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"',
    );
    expect(value).toContain(
      'response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"',
    );
    expect(value).toContain('userhash=true');
  });

  test('counts in eight hexadecimal digits', () => {
    expect(answerTo(example('MD5'), { count: 171 })).toContain('nc=000000ab');
  });
});

describe('a user name outside ASCII', () => {
  const challenge = 'Digest realm="r", nonce="n", qop="auth"';

  test('is written as RFC 8187 says where the proxy reads UTF-8', () => {
    expect(
      answerTo(`${challenge}, charset=UTF-8`, { username: "J\u00e4s\u00f8n (d'Or)" }),
    ).toContain("username*=UTF-8''J%C3%A4s%C3%B8n%20%28d%27Or%29,");
  });

  test('is written in the bytes of UTF-8 where the proxy does not say', () => {
    const value = answerTo(challenge, { username: 'J\u00e4s' });
    expect(Buffer.from(value, 'latin1').toString('utf8')).toContain('username="J\u00e4s",');
  });
});

test('quotes and backslashes of a realm and of a name come back as they were sent', () => {
  const value = answerTo('Digest realm="a \\"b\\" \\\\c", nonce="n", qop=auth', {
    username: 'x"y\\z',
  });
  expect(value).toContain('realm="a \\"b\\" \\\\c"');
  expect(value).toContain('username="x\\"y\\\\z"');
});

test('the strongest algorithm that is known is chosen, whatever the order', () => {
  const all = ['MD5', 'SHA-256-sess', 'MD4', 'SHA-256', 'SHA-512-256'].map(example);
  expect(readDigests(parseChallenges(all)).map(({ algorithm }) => algorithm)).toEqual([
    'SHA-512-256',
    'SHA-256-sess',
    'SHA-256',
    'MD5',
  ]);
});

test.each([
  ['qop=auth-int only', 'Digest realm="r", nonce="n", qop="auth-int"', /qop=auth-int only/],
  [
    'an unknown algorithm',
    'Digest realm="r", nonce="n", qop="auth", algorithm=MD4',
    /not known here/,
  ],
  ['no nonce', 'Digest realm="r", qop="auth"', /not complete/],
  ['no realm', 'Digest nonce="n", qop="auth"', /not complete/],
  ['SHA-256 without qop', 'Digest realm="r", nonce="n", algorithm=SHA-256', /not complete/],
  ['a line feed in its nonce', 'Digest realm="r", qop="auth", nonce="n\n"', /not complete/],
])('%s is not answered, and the reason is told', (_name, challenge, why) => {
  const challenges = parseChallenges([challenge]);
  expect(readDigests(challenges)).toEqual([]);
  expect(digestProblem(challenges)).toMatch(why);
});

test('no reason is told where a challenge can be answered, or no Digest is offered', () => {
  expect(digestProblem(parseChallenges([example('MD5'), example('MD4')]))).toBeUndefined();
  expect(digestProblem(parseChallenges(['Basic realm="r"']))).toBeUndefined();
});
