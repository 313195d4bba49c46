// What Linux says of processes in /proc. Each function takes a process id.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Process ids of its children. */
export const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** A field in kB, in bytes; 0 where the file has none. */
const bytesOf = (file, field) => 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(file)?.[1] ?? 0);

/** Bytes of a field of its status, such as VmRSS, or VmHWM for the most that VmRSS has been; 0 where the process has ended. */
export function memoryOf(pid, field) {
  try {
    return bytesOf(readFileSync(`/proc/${pid}/status`, 'latin1'), field);
  } catch {
    return 0;
  }
}

/**
 * Bytes of its anonymous pages, which are what malloc and V8 have asked for: what grows when something leaks. Pages of files (code,
 * weights) come when they are first used and are shared, so that resident memory counts them thrice and grows by itself; swapped pages
 * would be missed.
 */
export function anonymousOf(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return bytesOf(rollup, 'Pss_Anon') + bytesOf(rollup, 'SwapPss');
}

export const threadsOf = (pid) => readdirSync(`/proc/${pid}/task`).length;

/** Its open descriptors, counted by kind: socket, pipe, anon_inode, and file. */
export function descriptorsOf(pid) {
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

/** How many descriptors it may open. */
export const descriptorLimitOf = (pid) =>
  Number(/^Max open files +\d+ +(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]);

/** Processor time in seconds that these processes have used, themselves and in the kernel. */
export function processorSeconds(pids) {
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / 100; // USER_HZ is 100 on Linux
}
