import { median } from '../lib/statistics.mjs';
import { slope } from './slope.mjs';

/** Share of the run that only warms up: arenas, heaps and caches come to their size. */
const warmUpShare = 0.25;
/** Fewer requests after the warm-up cannot tell a megabyte from noise. */
const leastRequests = 10_000;
const mostMbPer10000 = 1;
const mostPageGrowth = 1.5;

const total = (memory) => memory.reduce((sum, one) => sum + one, 0);

/** Growth in MB per 10,000 requests, with the ends of its 95 % interval, of the sum and of each process. */
function growth(points) {
  const line = (read) => slope(points.map(({ requests, memory }) => [requests / 10_000, read(memory)]));
  const all = line(total);
  const eachProcess = points[0].memory.map((_one, i) => round(line((memory) => memory[i]).slope));
  return {
    mbPer10000: round(all.slope),
    interval: [round(all.low), round(all.high)],
    eachProcess,
    // Requests so far, and MB of all processes.
    series: points.map(({ requests, memory }) => [requests, round(total(memory))].join(' ')),
  };
}

// Decided by bytes in use, which tell a tenth of a megabyte. Pages do not: V8 fills and empties its young generation (up to 32 MB in each
// process) and collects the old one when it sees fit, and the C library keeps pages for the next image, so that the sum goes up and
// down by a quarter, for thousands of requests at a time. They only must not grow by half, as they would by garbage that V8 does not see.
function memoryOf(warm, failures) {
  const requests = warm.at(-1).requests - warm[0].requests;
  if (requests < leastRequests) return { requests, growth: 'too few requests to tell' };
  const inUse = growth(warm.filter(({ inUse }) => inUse).map(({ requests, inUse }) => ({ requests, memory: inUse })));
  if (inUse.mbPer10000 > mostMbPer10000) failures.push(`memory grows by ${inUse.mbPer10000} MB in 10,000 requests`);
  const sums = warm.map(({ memory }) => total(memory));
  const fifth = Math.ceil(sums.length / 5);
  const [early, late] = [sums.slice(0, fifth), sums.slice(-fifth)].map((part) => round(median(part)));
  if (late > mostPageGrowth * early) failures.push(`from ${early} to ${late} MB of pages`);
  return { requests, inUse, pages: { ...growth(warm), early, late, peak: round(Math.max(...sums)) } };
}

const round = (value) => Number(value.toFixed(2));

/**
 * Judges what the service held at its rests, `{ requests, pids, memory, inUse, counts, restarts }` each, the first one before any
 * request. Memory is that of the primary and each worker in MB: their anonymous pages and, at some rests, the bytes that are `inUse`.
 * `isWhole`: the run was long enough to have a warm-up.
 */
export function verdict([fresh, ...rests], isWhole) {
  if (rests.length === 0) return { failures: ['it was never at rest'] };
  const failures = [];
  const warmUpEnd = isWhole ? rests.at(-1).requests * warmUpShare : 0;
  const warm = rests.filter(({ requests }) => requests >= warmUpEnd);
  const [first, last] = [warm[0], warm.at(-1)];
  for (const [kind, count] of Object.entries(last.counts)) {
    const before = first.counts[kind] ?? 0;
    if (count > before) failures.push(`more of ${kind}: ${before} after the warm-up, ${count} at the end`);
  }
  if (last.restarts > 0 || String(last.pids) !== String(fresh.pids)) failures.push('a worker was replaced');
  return { memory: memoryOf(warm, failures), afterWarmUp: first.counts, atTheEnd: last.counts, failures };
}
