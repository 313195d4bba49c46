import { totalmem } from 'node:os';
import path from 'node:path';
import { cgroupFolders, type ReadText, readText } from './cgroup.js';

/** Memory limit of this process's cgroups in bytes; Infinity without one. */
function cgroupMemory(read: ReadText): number {
  const { v2, v1 } = cgroupFolders('memory', read);
  const files = [
    ...v2.map((folder) => path.join(folder, 'memory.max')), // "max" without a limit
    ...v1.map((folder) => path.join(folder, 'memory.limit_in_bytes')), // near 2^63 without a limit
  ];
  return Math.min(...files.map((file) => Number(read(file) || NaN)).filter((limit) => limit > 0));
}

/** Bytes of memory that this process and its children may use: the machine's, or their cgroup's limit. */
export function allowedMemory(machine = totalmem(), read: ReadText = readText): number {
  return Math.min(machine, cgroupMemory(read));
}
