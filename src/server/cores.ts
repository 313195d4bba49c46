import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

type ReadText = (file: string) => string;

/** Text of a file of the kernel; empty where there is none. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** `folder` and every folder above it up to `root`: a quota anywhere on that way counts. */
function upwards(root: string, folder: string): string[] {
  const folders = [path.join(root, folder)];
  for (let at = folder; at !== '/' && at !== '.'; ) {
    at = path.dirname(at);
    folders.push(path.join(root, at));
  }
  return folders;
}

/** Cores' worth of time that cgroups grant this process; Infinity without a quota. Knows version 2 and version 1. */
export function cgroupQuota(read: ReadText = readText): number {
  const quotas: number[] = [];
  for (const line of read('/proc/self/cgroup').split('\n')) {
    const [id, controllers = '', group = '/'] = line.split(':');
    if (id === '0') {
      for (const folder of upwards('/sys/fs/cgroup', group)) {
        const [quota, period] = read(path.join(folder, 'cpu.max')).split(' ').map(Number);
        quotas.push((quota ?? NaN) / (period ?? NaN)); // "max 100000" where there is none
      }
    } else if (controllers.split(',').includes('cpu')) {
      for (const folder of upwards('/sys/fs/cgroup/cpu', group)) {
        const quota = Number(read(path.join(folder, 'cpu.cfs_quota_us')) || -1);
        quotas.push(quota / Number(read(path.join(folder, 'cpu.cfs_period_us')) || NaN));
      }
    }
  }
  return Math.min(...quotas.filter((quota) => quota > 0));
}

/** Cores this process may keep busy: min(affinity, whole cores of the cgroup quota), at least 1. */
export function allowedCores(affinity = availableParallelism(), read: ReadText = readText): number {
  return Math.max(1, Math.min(affinity, Math.floor(cgroupQuota(read))));
}
