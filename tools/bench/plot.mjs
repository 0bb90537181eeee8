/** CPU for each request as a bar chart, in SVG. */
import { median, ratios } from './statistics.mjs';
import { cpuOf } from './table.mjs';

const LABEL = 300;
const BARS = 420;
const ROW = 26;
const MARGIN = 24;
/** Longer bars are cut, and say how long they are. */
const LONGEST = 6;

/**
 * @param {object} options
 * @param {string} options.title
 * @param {import('./scenario.mjs').Result[]} options.results
 * @param {Record<string, string>} options.titles
 * @param {string} options.yardstick
 * @param {readonly string[]} options.ours which bars are the SDK's
 * @returns {string}
 */
export function plotOf({ title, results, titles, yardstick, ours }) {
  const yard = cpuOf(results.find(({ name }) => name === yardstick));
  const bars = results
    .map((result) => ({ name: result.name, ratio: median(ratios(cpuOf(result), yard)) }))
    .toSorted((a, b) => a.ratio - b.ratio);
  const width = LABEL + BARS + 3 * MARGIN;
  const height = bars.length * ROW + 3.5 * MARGIN;
  const scale = BARS / LONGEST;
  const rows = bars.map(({ name, ratio }, i) => {
    const y = 2 * MARGIN + i * ROW;
    const length = Math.min(ratio, LONGEST) * scale;
    const colour = ours.includes(name) ? '#2563eb' : '#94a3b8';
    const label = escaped((titles[name] ?? name).replaceAll('`', ''));
    return [
      `<text x="${LABEL}" y="${y + 17}" text-anchor="end">${label}</text>`,
      `<rect x="${LABEL + 8}" y="${y + 4}" width="${length.toFixed(1)}" height="${ROW - 8}" rx="2" fill="${colour}"/>`,
      `<text x="${(LABEL + 14 + length).toFixed(1)}" y="${y + 17}" stroke="#ffffff" stroke-width="4" paint-order="stroke">${ratio.toFixed(2)}${ratio > LONGEST ? ' …' : ''}</text>`,
    ].join('\n  ');
  });
  const one = LABEL + 8 + scale;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#334155" role="img">
  <title>${escaped(title)}</title>
  <rect width="100%" height="100%" fill="#ffffff"/>
  <text x="${MARGIN}" y="${MARGIN}" font-size="14" font-weight="600">${escaped(title)}</text>
  <line x1="${one}" x2="${one}" y1="${1.7 * MARGIN}" y2="${2 * MARGIN + bars.length * ROW}" stroke="#dc2626" stroke-dasharray="4 3"/>
  ${rows.join('\n  ')}
  <text x="${one}" y="${2.8 * MARGIN + bars.length * ROW}" text-anchor="middle" fill="#dc2626">1.00</text>
</svg>
`;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
