import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const root = new URL('../../../', import.meta.url);
const guide = read('docs/guide/errors.md');
const declared = ['errors.ts', 'errors/transport-errors.ts']
  .map((file) => read(`packages/common/src/${file}`))
  .join('\n');

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** The words of a union of texts as the tree of errors declares it; written in any other way it is no longer read. */
function wordsOf(union: string): string[] {
  const body = new RegExp(`^export type ${union} =([^;]+);$`, 'm').exec(declared)?.[1] ?? '';
  return body
    .trim()
    .split(/\s*\|\s*/)
    .filter((word) => word !== '')
    .map((word) => /^'([a-z]+)'$/.exec(word)?.[1] ?? `${word}, which is not read`);
}

/** Each code with the class that it belongs to, as `SdkErrorByCode` lists them. */
function codesAndClasses(): (readonly [code: string, className: string])[] {
  const body = /^export interface SdkErrorByCode \{\n([^}]+)\}$/m.exec(declared)?.[1] ?? '';
  return body
    .trim()
    .split(/\s*;\s*/)
    .filter((member) => member !== '')
    .map((member) => {
      const [, code, className] = /^(SDK_[A-Z_]+): (\w+)$/.exec(member) ?? [];
      return [code ?? `${member}, which is not read`, className ?? ''] as const;
    });
}

/** What stands below a heading of the second level, up to the next. */
function section(title: string): string {
  const [, below = ''] = guide.split(`\n## ${title}\n`);
  return below.split('\n## ')[0] as string;
}

/** The phases that have a row or a heading of their own in a section. */
function phasesIn(title: string): string[] {
  const found = [...section(title).matchAll(/^(?:\| |### )`([a-z]+)`/gm)];
  return [...new Set(found.map(([, phase]) => phase as string))].sort();
}

/** The anchor of a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

describe('the guide of errors', () => {
  test('has a row for each code, with its class, and for nothing else', () => {
    const codes = codesAndClasses();
    expect(codes.length).toBeGreaterThan(15);
    const rows = section('Which one is it?').matchAll(/^\| `(SDK_\w+)` +\| \[`(\w+)`\]\(/gm);
    expect([...rows].map(([, code, className]) => [code, className])).toEqual(codes);
  });

  test('sends from each code to a section that names it', () => {
    const rows = section('Which one is it?').matchAll(/^\| `(SDK_\w+)` .*?\]\(#([\w-]+)\)/gm);
    const lost = [...rows].filter(([, code, anchor]) => {
      const title = [...guide.matchAll(/^## (.+)$/gm)].find(
        ([, each]) => anchorOf(each!) === anchor,
      );
      return title === undefined || !section(title[1] as string).includes(`\`${code}\``);
    });
    expect(lost.map(([row]) => row)).toEqual([]);
  });

  test('has a place for each phase of a TimeoutError, and for nothing else', () => {
    const phases = wordsOf('TimeoutPhase');
    expect(phases).toContain('headers');
    expect(phasesIn('TimeoutError')).toEqual(phases.sort());
  });

  test('has a place for each phase of a ProxyError, and for nothing else', () => {
    const phases = wordsOf('ProxyPhase');
    expect(phases).toContain('tunnel');
    expect(phasesIn('ProxyError')).toEqual(phases.sort());
  });

  test('quotes nothing that the sources do not say', () => {
    const said = sources();
    const quotes = [...guide.replace(/^```[^]*?^```/gm, '').matchAll(/"([^"\n]+)"/g)];
    expect(quotes.length).toBeGreaterThan(40);
    // `…` stands for what differs; of what is left between two of them each piece is a literal somewhere.
    const made = quotes.flatMap(([quote, text]) =>
      (text as string)
        .split('…')
        .some((piece) => /[a-z]{2}/i.test(piece) && !said.includes(piece.trim()))
        ? [quote]
        : [],
    );
    expect(made).toEqual([]);
  });
});

/** All sources of the packages as one text. */
function sources(): string {
  const packages = new URL('packages/', root);
  return readdirSync(packages)
    .flatMap((name) => filesBelow(new URL(`${name}/src/`, packages)))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

function filesBelow(folder: URL): URL[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => new URL(name, folder));
}
