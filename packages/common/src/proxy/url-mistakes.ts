/** Texts that are no proxy URL, but something else that names proxies: what they are, and what to write instead. */

/** What a text is, and the remedy; neither shows anything of it. */
export interface Mistake {
  readonly seen: string;
  readonly remedy: string;
}

const NONE =
  'For no proxy unset the variable, or give httpProxy: false; a proxy is written http://host:port';

/** Words for "no", and what an unset value becomes when it is written into a text. */
const WORDS = /^(?:none|off|no|true|undefined|null)$/i;

/** In a variable these two have always been hosts, as in curl; an option refuses them. */
const HOSTS = /^(?:direct|false)$/i;

/** The word for "no proxy" that a text is, in lower case, where it could also be the name of a host. */
export function wordFor(text: string): string | undefined {
  return HOSTS.test(text) ? text.toLowerCase() : undefined;
}

/** The words of a PAC file's answer, and the schemes that they stand for. */
const PAC_WORDS: Readonly<Record<string, string>> = Object.freeze({
  PROXY: 'http',
  HTTP: 'http',
  HTTPS: 'https',
  SOCKS: 'socks4a',
  SOCKS4: 'socks4a',
  SOCKS5: 'socks5h',
});

/**
 * The mistake that a text is; `undefined`: none of the known ones. No text that names a proxy is one of them.
 * @param url the text without outer white space
 */
export function mistakeIn(url: string): Mistake | undefined {
  if (/^pac\+/i.test(url)) return undefined;
  if (WORDS.test(url)) return { seen: `it is the word "${url.toLowerCase()}"`, remedy: NONE };
  const word = /^(?:direct\s*;\s*)?(proxy|https?|socks[45]?)\s+[^:/]/i.exec(url)?.[1];
  if (word !== undefined) {
    const scheme = PAC_WORDS[word.toUpperCase()] as string;
    return {
      seen: 'it is the answer of a PAC file',
      remedy: `Write ${scheme}://host:port, or the URL of the file, pac+http://host/proxy.pac`,
    };
  }
  if (/^(?:https?|ftp|socks)=[^@]*$/i.test(url)) {
    return {
      seen: "it has the form of Windows' settings",
      remedy: 'Write http://host:port: one URL serves http:// and https:// targets',
    };
  }
  if (/^(?:export\s+)?\w*proxy\s*=[^@]*:\/\//i.test(url)) {
    return {
      seen: 'it begins with the name of a variable',
      remedy: 'Write its value alone: http://host:port',
    };
  }
  if (/^file:\//i.test(url)) {
    return {
      seen: 'it is the URL of a file',
      remedy: 'For a PAC file write pac+file:///path/proxy.pac',
    };
  }
  return isList(url)
    ? {
        seen: 'it is a list',
        remedy:
          "Give several proxies as an array, httpProxy: ['http://a:3128', 'http://b:3128']; a variable names one proxy only",
      }
    : undefined;
}

/** A second URL after a mark that divides, or such a mark where the host stands: a password may hold one. */
function isList(url: string): boolean {
  if (/[,;\s]\s*[a-z][a-z0-9+.-]*:\/\//i.test(url)) return true;
  const rest = url.replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\//i, '');
  const host = rest.slice(rest.lastIndexOf('@') + 1);
  return /^[^/?#\\]*[,;]/.test(host);
}
