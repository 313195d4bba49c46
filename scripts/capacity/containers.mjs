// Whether several containers behind nginx answer as many requests a second as their share of the cores and the cost of one say.
import { setTimeout as sleep } from 'node:timers/promises';
import { clients } from '../clients.mjs';
import { startService, workers } from '../service.mjs';
import { compose, containers, docker, nginxOrigin, up } from '../stack.mjs';
import { processorSeconds } from './processor-seconds.mjs';

/** Processor milliseconds of a service, all its processes, for each answer, while it is asked for more than it can do. */
export async function costOfAnswer(image, seconds) {
  const service = await startService({ WORKERS: '1', SLOTS: '1' });
  try {
    const asking = clients(service.origin, image, 4);
    await sleep(3000); // warm
    const pids = [service.pid, ...workers(service)];
    const before = { answered: asking.times.length, cpu: processorSeconds(pids) };
    await sleep(seconds * 1000);
    const cpu = processorSeconds(pids) - before.cpu;
    const answered = asking.times.length - before.answered;
    await asking.stop();
    return (cpu / answered) * 1000;
  } finally {
    await service.stop();
  }
}

/** Answers a second of `count` containers behind nginx, each with `cpus` of a core, while they are asked for more than they can do. */
export async function throughputOfContainers(image, { count, cpus, seconds }) {
  process.env.WORKERS = '1';
  try {
    await up(count);
    for (const id of containers('face')) docker('update', '--cpus', String(cpus), id);
    const asking = clients(nginxOrigin(), image, 4 * count);
    await sleep(5000); // warm
    const before = asking.times.length;
    const started = performance.now();
    await sleep(seconds * 1000);
    const perSecond = ((asking.times.length - before) / (performance.now() - started)) * 1000;
    const { outcomes } = await asking.stop();
    return { perSecond, outcomes };
  } finally {
    compose('down', '-v');
  }
}
