/** A PAC file inside its own URL: `data:,…` and `data:…;base64,…` (RFC 2397). */
import { decodePercent } from '../percent.js';

/** The script that a `data:` URL holds; `undefined` where its base64 is none. */
export function scriptOfDataUrl(url: string): string | undefined {
  const text = url.slice('data:'.length).replace(/#.*$/s, '');
  const comma = text.indexOf(',');
  const data = decodePercent(text.slice(comma + 1));
  if (!/;\s*base64\s*$/i.test(text.slice(0, comma))) return data;
  const base64 = data.replaceAll('-', '+').replaceAll('_', '/').replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  return Buffer.from(base64, 'base64').toString('utf8');
}
