import { anonymousOf, descriptorsOf, threadsOf } from '../lib/proc.mjs';

/** What the service's processes hold now: anonymous memory of each in MB, and counts of what can leak. */
export function holdings({ pids }) {
  const counts = { processes: pids.length, threads: 0 };
  const memory = pids.map((pid) => anonymousOf(pid) / 2 ** 20);
  for (const pid of pids) {
    counts.threads += threadsOf(pid);
    for (const [kind, count] of Object.entries(descriptorsOf(pid))) counts[kind] = (counts[kind] ?? 0) + count;
  }
  return { pids, memory, counts };
}
