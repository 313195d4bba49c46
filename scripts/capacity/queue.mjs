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

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Mean wait in seconds by the formula of Pollaczek and Khinchine, for independent arrivals (`rate` a second) at one slot without limit;
 * Infinity where more comes than can be done. `seconds`: times that requests hold it.
 */
export function meanWait(rate, seconds) {
  const load = rate * mean(seconds);
  return load < 1 ? (rate * mean(seconds.map((value) => value ** 2))) / (2 * (1 - load)) : Number.POSITIVE_INFINITY;
}

/** The value below which that share of them lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
