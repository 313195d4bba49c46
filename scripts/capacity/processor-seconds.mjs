import { readFileSync } from 'node:fs';

/** Processor time in seconds that processes have used, themselves and in the kernel. */
export function processorSeconds(pids) {
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / 100; // USER_HZ is 100 on Linux
}
