/** Prints as JSON what becomes of a request to an `https:` origin under several settings. Arguments: the origin, a file with its authority, one with another. */
import { readFileSync } from 'node:fs';
import { BaseConnection, isSdkError, type TlsOptions } from '@sdk/common';

const [endpoint = '', its = '', another = ''] = process.argv.slice(2);

async function outcome(tls: TlsOptions | undefined): Promise<number | string> {
  await using connection = new BaseConnection({
    endpoint,
    env: {},
    httpProxy: false,
    tls,
    retry: false,
  });
  try {
    return (await connection.request({ method: 'GET', path: '/' })).status;
  } catch (error) {
    return isSdkError(error) ? error.code : String(error);
  }
}

console.log(
  JSON.stringify({
    nothing: await outcome(undefined),
    ca: await outcome({ ca: readFileSync(its) }),
    anotherCa: await outcome({ ca: readFileSync(another) }),
    onlyAnotherCa: await outcome({ onlyCa: readFileSync(another) }),
  }),
);
