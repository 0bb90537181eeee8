/** Figures as markdown tables. */
import { median, ratios, spread } from './statistics.mjs';

/**
 * A table of one scenario. The ratio is the median over the rounds of a client's CPU to that of `yardstick` in the same round.
 * @param {import('./scenario.mjs').Result[]} results
 * @param {Record<string, string>} titles
 * @param {string} yardstick
 */
export function tableOf(results, titles, yardstick) {
  const yard = cpuOf(results.find(({ name }) => name === yardstick));
  const rows = results.map((result) => {
    const { name, rounds, heapKb, rssMb, opened, handshakes, left } = result;
    /** @param {keyof import('./window.mjs').Figures} key */
    const all = (key) => rounds.map((figures) => figures[key]);
    return [
      titles[name] ?? name,
      spread(ratios(cpuOf(result), yard), 2),
      spread(cpuOf(result), 0),
      median(all('perSecond')).toFixed(0),
      median(all('p50Ms')).toFixed(2),
      median(all('p99Ms')).toFixed(2),
      heapKb.toFixed(1),
      rssMb.toFixed(0),
      `${opened}`,
      `${handshakes}`,
      `${left}`,
    ];
  });
  const head = [
    'client',
    'CPU, ratio',
    'CPU, µs',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'heap, KB',
    'RSS, MB',
    'opened',
    'TLS',
    'left',
  ];
  return aligned([head, ...rows]);
}

/** @param {import('./scenario.mjs').Result | undefined} result */
export function cpuOf(result) {
  return (result?.rounds ?? []).map(({ cpuMicros }) => cpuMicros);
}

/**
 * Rows as an aligned markdown table.
 * @param {readonly (readonly string[])[]} rows the head first; the first column is text, the others are figures
 */
export function aligned(rows) {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    return `| ${cells.join(' | ')} |`;
  });
  const rule = widths.map((width, i) =>
    i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  lines.splice(1, 0, `| ${rule.join(' | ')} |`);
  return lines.join('\n');
}
