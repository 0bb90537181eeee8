/** XML answers as plain objects. */
import type { XMLParser } from 'fast-xml-parser';

/** How an XML answer becomes an object. */
export interface XmlDecodeOptions {
  /** Names of elements that are arrays even where there is but one; those that are absent stay absent. */
  readonly arrays?: readonly string[] | undefined;
}

/** A document type declaration can define entities that expand without end, or read files. No cloud API sends one. */
const DOCTYPE = /^(?:\s|<\?[^]*?\?>|<!--[^]*?-->)*<!DOCTYPE/i;

const parsers = new WeakMap<readonly string[], XMLParser>();
const NO_ARRAYS: readonly string[] = [];

/**
 * An object whose only member is the root element. Every text stays a string (`'007'`, `'true'`), with its white space;
 * an empty element is `''`; attributes and the prefixes of namespaces are left out.
 * @throws Error whose message quotes nothing of the text.
 */
export async function decodeXml(
  text: string,
  options?: XmlDecodeOptions,
): Promise<Record<string, unknown>> {
  // Most providers answer JSON: the parser is loaded for the first answer in XML.
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  if (DOCTYPE.test(text)) throw new Error('it has a document type declaration');
  // S3 keeps a long answer alive by blanks before it, though XML wants its declaration first.
  const document = text.trimStart();
  if (XMLValidator.validate(document) !== true) throw new Error('it is not well-formed');
  let parsed: unknown;
  try {
    parsed = parserFor(XMLParser, options?.arrays ?? NO_ARRAYS).parse(document);
  } catch {
    // Names such as __proto__, or nesting without end: the parser refuses them and quotes them.
    throw new Error('it has a name or a depth that is refused');
  }
  withoutLayout(parsed);
  // The validator lets elements that are empty stand beside the root.
  if (Object.keys(parsed as object).length !== 1) throw new Error('it has no single root');
  return parsed as Record<string, unknown>;
}

function parserFor(Parser: typeof XMLParser, arrays: readonly string[]): XMLParser {
  let parser = parsers.get(arrays);
  if (parser === undefined) {
    const names = new Set(arrays);
    parser = new Parser({
      ignoreAttributes: true,
      removeNSPrefix: true,
      ignoreDeclaration: true,
      ignorePiTags: true,
      parseTagValue: false,
      trimValues: false,
      // Without it numeric references (&#13;) stay as they are.
      htmlEntities: true,
      isArray: (name) => names.has(name),
    });
    parsers.set(arrays, parser);
  }
  return parser;
}

/** Line breaks and indentation between elements are layout; white space in an element without children is its text. */
function withoutLayout(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const record = value as Record<string, unknown>;
  if (typeof record['#text'] === 'string' && record['#text'].trim() === '') delete record['#text'];
  for (const key of Object.keys(record)) withoutLayout(record[key]);
}
