import { availableParallelism } from 'node:os';
import path from 'node:path';
import { cgroupFolders, type ReadText, readText } from './cgroup.js';

/** CPU quota of this process in cores; Infinity without one. Supports cgroup versions 2 and 1. */
export function cgroupQuota(read: ReadText = readText): number {
  const { v2, v1 } = cgroupFolders('cpu', read);
  const quotas = [
    ...v2.map((folder) => {
      const [quota, period] = read(path.join(folder, 'cpu.max')).split(' ').map(Number);
      return (quota ?? NaN) / (period ?? NaN); // "max 100000" without a quota
    }),
    ...v1.map((folder) => {
      const quota = Number(read(path.join(folder, 'cpu.cfs_quota_us')) || -1);
      return quota / Number(read(path.join(folder, 'cpu.cfs_period_us')) || NaN);
    }),
  ];
  return Math.min(...quotas.filter((quota) => quota > 0));
}

/** Cores this process may keep busy: min(affinity, whole cores of the cgroup quota), at least 1. */
export function allowedCores(affinity = availableParallelism(), read: ReadText = readText): number {
  return Math.max(1, Math.min(affinity, Math.floor(cgroupQuota(read))));
}
