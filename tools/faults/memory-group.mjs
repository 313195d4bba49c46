import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../lib/until.mjs';

/** A group of processes whose memory can be limited: cgroup v2, or v1 where that has the memory. */
export function makeGroup() {
  const v2 = '/sys/fs/cgroup';
  const isV2 = existsSync(path.join(v2, 'cgroup.subtree_control'));
  const group = path.join(isV2 ? v2 : path.join(v2, 'memory'), `faults-${process.pid}`);
  if (isV2) writeFileSync(path.join(v2, 'cgroup.subtree_control'), '+memory');
  mkdirSync(group);
  const file = (name) => path.join(group, name);
  return {
    join: (pid) => writeFileSync(file('cgroup.procs'), String(pid)),
    /** Bytes that it takes now, and the most that it has taken. */
    used: () => Number(readFileSync(file(isV2 ? 'memory.current' : 'memory.usage_in_bytes'), 'utf8')),
    peak: () => Number(readFileSync(file(isV2 ? 'memory.peak' : 'memory.max_usage_in_bytes'), 'utf8')),
    limit(bytes) {
      if (isV2) writeFileSync(file('memory.swap.max'), '0');
      writeFileSync(file(isV2 ? 'memory.max' : 'memory.limit_in_bytes'), String(bytes));
    },
    async remove() {
      await until(() => readFileSync(file('cgroup.procs'), 'utf8') === '', 50);
      await sleep(100);
      rmdirSync(group);
    },
  };
}

/** Why no group can be made here; empty where one can. */
export async function groupTrouble() {
  try {
    await makeGroup().remove();
    return '';
  } catch (error) {
    return `no control group with a limit of memory can be made: ${error.message}`;
  }
}
