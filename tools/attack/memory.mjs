import { memoryOf } from '../lib/proc.mjs';

/** Watches the processes of a service; `end` tells the most MB that they took together, by a look every 50 ms, and that one worker took. */
export function watchMemory(service) {
  let most = 0;
  let worker = 0;
  const look = () => {
    const { pids, workers } = service;
    most = Math.max(
      most,
      pids.reduce((sum, pid) => sum + memoryOf(pid, 'VmRSS'), 0),
    );
    worker = Math.max(worker, ...workers.map((pid) => memoryOf(pid, 'VmHWM')));
  };
  const timer = setInterval(look, 50);
  return {
    end() {
      clearInterval(timer);
      look();
      const megabytes = (bytes) => Math.round(bytes / 2 ** 20);
      return { service: megabytes(most), worker: megabytes(worker) };
    },
  };
}
