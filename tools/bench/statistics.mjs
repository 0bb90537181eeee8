/** Medians and spreads. */

/**
 * The value that half of the others lie under.
 * @param {readonly number[]} values
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/**
 * The median with the least and the most behind it: `0.82 (0.80–0.91)`.
 * @param {readonly number[]} values
 * @param {number} digits
 */
export function spread(values, digits) {
  const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

/**
 * Each round's value of one client over the yardstick's in the same round.
 * @param {readonly number[]} values
 * @param {readonly number[]} yard
 */
export function ratios(values, yard) {
  return values.map((value, round) => value / (yard[round] ?? NaN));
}
