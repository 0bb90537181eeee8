/** What a run was, for people. */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { growthOf, IN_DOUBT, OK } from './verdict.mjs';

const README = new URL('README.md', import.meta.url);
const MARKERS = /(<!-- figures -->\n)[^]*(<!-- end of figures -->)/;
const TITLES = { axios: 'AxiosTransport', undici: 'UndiciTransport' };

/** What each figure says; the first is the head of a table. */
export const ROWS = [
  'engine',
  'calls',
  'seconds',
  'succeeded',
  'after a repetition',
  'in doubt',
  'longest call',
  'deaths of a proxy',
  'carried',
  'heap',
  'rss',
  'external',
  'array buffers',
  'sockets left',
];

/**
 * One figure for each of ROWS. Memory is what the last sample had, and how much it grew over the second half.
 * @param {import('./soak.mjs').Soak} run
 * @returns {string[]}
 */
export function figuresOf(run) {
  const having = (/** @type {number} */ outcome) =>
    run.outcomes.filter((one) => one === outcome).length;
  /** @param {import('./verdict.mjs').Measure} measure */
  const memory = (measure) => {
    const grown = growthOf(run.samples, measure);
    const sign = grown < 0 ? '−' : '+';
    return `${mebibytes(run.samples.at(-1)?.[measure] ?? 0)} (${sign}${mebibytes(Math.abs(grown))})`;
  };
  return [
    TITLES[/** @type {keyof typeof TITLES} */ (run.engine)],
    String(run.calls),
    run.seconds.toFixed(0),
    String(having(OK)),
    String(run.repeated),
    String(having(IN_DOUBT)),
    `${run.longestMs.toFixed(0)} ms`,
    String(run.deaths),
    run.carried.join(' and '),
    memory('heap'),
    memory('rss'),
    memory('external'),
    memory('arrayBuffers'),
    String(run.left),
  ];
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/**
 * Columns as a markdown table, laid out as Prettier does it.
 * @param {readonly (readonly string[])[]} columns the first is text, the others are figures
 */
export function aligned(columns) {
  const widths = columns.map((column) => Math.max(...column.map((cell) => cell.length)));
  const line = (/** @type {number} */ row) =>
    columns.map((column, i) => {
      const [cell = '', width = 0] = [column[row], widths[i]];
      return i === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
  const rule = widths.map((width, i) =>
    i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const lines = (columns[0] ?? []).map((_, row) => line(row));
  lines.splice(1, 0, rule);
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * Puts a table between the marks of README.md.
 * @param {string} table
 */
export async function write(table) {
  const text = await readFile(README, 'utf8');
  if (!MARKERS.test(text)) throw new Error('README.md has lost the marks around the figures');
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${process.platform} ${process.arch}, Node ${process.versions.node}:`;
  await writeFile(
    README,
    text.replace(MARKERS, (_, before, after) => `${before}\n${machine}\n\n${table}\n\n${after}`),
  );
}
