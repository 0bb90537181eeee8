/** Figures as a table. */

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/**
 * @param {number[]} values
 * @param {number} digits
 */
function spread(values, digits) {
  const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

/**
 * A markdown table of one scenario. The ratio is the median over the rounds of a client's CPU to that of `yardstick` in the
 * same round.
 * @param {import('./scenario.mjs').Result[]} results
 * @param {Record<string, string>} titles
 * @param {string} yardstick
 */
export function tableOf(results, titles, yardstick) {
  const yard = results.find(({ name }) => name === yardstick);
  const rows = results.map(({ name, rounds, tunnels, left }) => {
    const ratios = rounds.map(
      ({ cpuMicros }, round) => cpuMicros / (yard?.rounds[round]?.cpuMicros ?? NaN),
    );
    /** @param {keyof import('./window.mjs').Figures} key */
    const all = (key) => rounds.map((figures) => figures[key]);
    return [
      titles[name] ?? name,
      spread(ratios, 2),
      spread(all('cpuMicros'), 0),
      median(all('perSecond')).toFixed(0),
      median(all('p50Ms')).toFixed(2),
      median(all('p99Ms')).toFixed(2),
      String(tunnels),
      String(left),
    ];
  });
  const head = [
    'client',
    'CPU, ratio',
    'CPU, µs',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'tunnels',
    'left',
  ];
  return aligned([head, ...rows]);
}

/** @param {string[][]} rows the head first; the first column is text, the others are figures */
function aligned(rows) {
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
