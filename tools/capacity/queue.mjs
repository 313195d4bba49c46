import { mean } from '../lib/statistics.mjs';

/**
 * How long requests wait for a slot. Each of `workers` has `slots` and a line of its own, first come, first served, of at most
 * `queueLimit`; they get the requests in turn, as node:cluster gives out connections. `arrivals`, in the order of time: `at`, in seconds,
 * and `seconds`, how long the request holds its slot. Answers seconds, in their order; undefined where the line is full (503).
 */
export function waits(arrivals, { workers, slots, queueLimit }) {
  const all = Array.from({ length: workers }, () => ({ free: Array(slots).fill(0), starts: [] }));
  return arrivals.map(({ at, seconds }, i) => {
    const worker = all[i % workers];
    worker.starts = worker.starts.filter((start) => start > at);
    const slot = worker.free.indexOf(Math.min(...worker.free));
    const start = Math.max(at, worker.free[slot]);
    if (start > at && worker.starts.length >= queueLimit) return undefined;
    worker.free[slot] = start + seconds;
    worker.starts.push(start);
    return start - at;
  });
}

/**
 * Mean wait in seconds by the formula of Pollaczek and Khinchine, for independent arrivals (`rate` a second) at one slot without limit;
 * Infinity where more comes than can be done. `seconds`: times that requests hold it.
 */
export function meanWait(rate, seconds) {
  const load = rate * mean(seconds);
  return load < 1 ? (rate * mean(seconds.map((value) => value ** 2))) / (2 * (1 - load)) : Number.POSITIVE_INFINITY;
}
