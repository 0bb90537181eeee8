import { ConfigurationError } from '@sdk/common';

/** One entry of a master file (RFC 1035 §5.1): a line, or several that parentheses hold together. */
export interface Entry {
  /** Where it begins, from 1. */
  readonly line: number;
  /** It begins with white space: the owner is the one before. */
  readonly indented: boolean;
  /** As written: quotes and escapes are still there. Parentheses and comments are not. */
  readonly fields: readonly string[];
}

/** What is wrong with a line of a zone file. */
export function zoneFileError(line: number, wrong: string): ConfigurationError {
  return new ConfigurationError(`The zone file, line ${line}: ${wrong}`, { field: 'text' });
}

const QUOTED = String.raw`"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x1f])*"`;
const CHAR = String.raw`[^"();\\\x00-\x20\x7f]|\\[^\x00-\x1f]`;

/** In this order: line ends, blanks, comments, quoted strings, parentheses, words; what is left over is an error. */
const TOKEN = new RegExp(
  String.raw`(\r?\n)|([ \t]+)|(;[^\n]*)|(${QUOTED})|([()])|((?:${CHAR})(?:${CHAR}|${QUOTED})*)`,
  'y',
);

/**
 * Takes a zone file apart. Nothing is read into the fields yet.
 * @throws ConfigurationError which names the line, where a quote or a parenthesis is not closed.
 */
export function* readEntries(text: string): Generator<Entry> {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  let line = 1;
  let begun = 1;
  let depth = 0;
  let indented = false;
  let fields: string[] = [];
  let fresh = true;
  for (let at = 0; at < source.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (match === null) throw zoneFileError(line, leftOver(source[at] as string));
    const [, newline, blank, , quoted, parenthesis, word] = match;
    const field = quoted ?? word;
    if (fresh) {
      begun = line;
      indented = blank !== undefined;
      fresh = false;
    }
    if (field !== undefined) fields.push(field);
    else if (parenthesis === '(') depth += 1;
    else if (parenthesis === ')') {
      depth -= 1;
      if (depth < 0) throw zoneFileError(line, 'a parenthesis is closed that was not opened');
    } else if (newline !== undefined) {
      line += 1;
      if (depth === 0) {
        if (fields.length > 0) yield { line: begun, indented, fields };
        fields = [];
        fresh = true;
      }
    }
  }
  if (depth > 0) throw zoneFileError(begun, 'a parenthesis is not closed');
  if (fields.length > 0) yield { line: begun, indented, fields };
}

function leftOver(char: string): string {
  if (char === '"') return 'a quote is not closed on its line';
  if (char === '\\') return 'a backslash escapes nothing';
  return `a control character (${JSON.stringify(char)}) stands where none may stand`;
}
