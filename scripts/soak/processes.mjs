import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { workers } from '../service.mjs';

const mb = (kb) => kb / 1024;

// Anonymous pages are what malloc and V8 have asked for: what grows when something leaks. Pages of files (code, weights) come when they
// are first used and are shared, so that resident memory counts them thrice and grows by itself; swapped pages would be missed.
function anonymousMb(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kb = (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
  return mb(kb('Pss_Anon') + kb('SwapPss'));
}

/** Open descriptors by kind: socket, pipe, anon_inode, and files. */
function descriptors(pid) {
  const counts = {};
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const kind = kindOf(`/proc/${pid}/fd/${fd}`);
    if (kind) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function kindOf(link) {
  try {
    return /^(socket|pipe|anon_inode):/.exec(readlinkSync(link))?.[1] ?? 'file';
  } catch {
    return undefined; // closed meanwhile
  }
}

/** What the service's processes hold now: anonymous memory of each in MB, and counts of what can leak. */
export function holdings(service) {
  const pids = [service.pid, ...workers(service)];
  const counts = { processes: pids.length, threads: 0 };
  const memory = pids.map(anonymousMb);
  for (const pid of pids) {
    counts.threads += readdirSync(`/proc/${pid}/task`).length;
    for (const [kind, count] of Object.entries(descriptors(pid))) counts[kind] = (counts[kind] ?? 0) + count;
  }
  return { pids, memory, counts };
}
