import { totalmem } from 'node:os';
import path from 'node:path';
import { cgroupFolders, type ReadText, readText } from './cgroup.js';

/** Bytes that control groups grant this process and its children; Infinity without a limit. */
function cgroupMemory(read: ReadText): number {
  const { v2, v1 } = cgroupFolders('memory', read);
  const files = [
    ...v2.map((folder) => path.join(folder, 'memory.max')), // "max" where there is none
    ...v1.map((folder) => path.join(folder, 'memory.limit_in_bytes')), // near 2^63 where there is none
  ];
  return Math.min(...files.map((file) => Number(read(file) || NaN)).filter((limit) => limit > 0));
}

/** Bytes of memory that this process and its children may take: those of the machine, or of its control group. */
export function allowedMemory(machine = totalmem(), read: ReadText = readText): number {
  return Math.min(machine, cgroupMemory(read));
}
