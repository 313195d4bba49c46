import { readFileSync } from 'node:fs';
import { workers } from '../service.mjs';

/** A field of a process's status in MB, such as VmRSS, or VmHWM for the most that VmRSS has been; 0 where the process has ended. */
function megabytes(pid, field) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Watches the processes of a service; `end` tells the most that they took together, by a look every 50 ms, and that one worker took. */
export function watchMemory(service) {
  let most = 0;
  let worker = 0;
  const look = () => {
    const pids = workers(service);
    most = Math.max(
      most,
      [service.pid, ...pids].reduce((sum, pid) => sum + megabytes(pid, 'VmRSS'), 0),
    );
    worker = Math.max(worker, ...pids.map((pid) => megabytes(pid, 'VmHWM')));
  };
  const timer = setInterval(look, 50);
  return {
    end() {
      clearInterval(timer);
      look();
      return { service: Math.round(most), worker: Math.round(worker) };
    },
  };
}
