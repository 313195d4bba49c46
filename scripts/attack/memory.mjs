import { readFileSync } from 'node:fs';
import { workers } from '../service.mjs';

/** The most memory in MB that a process has had: VmHWM; 0 where it has ended. */
function peakOf(pid) {
  try {
    return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

function memoryOf(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
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
      [service.pid, ...pids].reduce((sum, pid) => sum + memoryOf(pid), 0),
    );
    worker = Math.max(worker, ...pids.map(peakOf));
  };
  const timer = setInterval(look, 50);
  return {
    end() {
      clearInterval(timer);
      look();
      return { service: Math.round(most), worker };
    },
  };
}
