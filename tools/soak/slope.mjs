import { median } from '../lib/statistics.mjs';

// Theil's estimator with Sen's interval (P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, 1968): the median
// of the slopes between all pairs of points, which a fifth of outliers do not move.

/** Slope of a line through `[x, y]`, with the ends of its 95 % interval. Needs two points of different x at least. */
export function slope(points) {
  const slopes = [];
  for (const [i, [x, y]] of points.entries()) {
    for (const [otherX, otherY] of points.slice(i + 1)) if (otherX !== x) slopes.push((otherY - y) / (otherX - x));
  }
  if (slopes.length === 0) throw new Error('two points are needed');
  slopes.sort((a, b) => a - b);
  const n = points.length;
  const reach = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (place) => slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(place)))];
  return {
    slope: median(slopes),
    low: at((slopes.length - reach) / 2),
    high: at((slopes.length + reach) / 2),
  };
}
