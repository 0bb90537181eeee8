/** Gets a URL with nothing but what the environment says, and prints the answer, or the code and the hint of the error. */
import { BaseConnection, isSdkError } from '@sdk/common';

const url = new URL(process.argv[2] ?? '');
const connection = new BaseConnection({ endpoint: url.origin, retry: false });
try {
  const spec = { method: 'GET', path: url.pathname, expect: 'text' } as const;
  console.log((await connection.request(spec)).body);
} catch (error) {
  if (!isSdkError(error)) throw error;
  console.log(`${error.code}: ${error.hint ?? 'no hint'}`);
} finally {
  await connection.close();
}
