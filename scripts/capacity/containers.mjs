// Whether several containers behind nginx answer as many requests a second as the cores of this machine and the cost of an answer say.
import { setTimeout as sleep } from 'node:timers/promises';
import { clients } from '../clients.mjs';
import { startService, workers } from '../service.mjs';
import { compose, containers, nginxOrigin, up } from '../stack.mjs';
import { processorSeconds } from './processor-seconds.mjs';

const clientsEach = 4;

/**
 * Processor milliseconds for each answer, of the service with all its processes and of the client, while `count` services of one worker
 * are asked at once for more than they can do.
 */
export async function costOfAnswer(image, count, seconds) {
  const services = await Promise.all(Array.from({ length: count }, () => startService({ WORKERS: '1', SLOTS: '1' })));
  try {
    const asking = services.map(({ origin }) => clients(origin, image, clientsEach));
    await sleep(3000); // warm
    const pids = services.flatMap((service) => [service.pid, ...workers(service)]);
    const read = () => ({
      answered: asking.reduce((sum, { times }) => sum + times.length, 0),
      service: processorSeconds(pids),
      client: processorSeconds([process.pid]),
    });
    const before = read();
    await sleep(seconds * 1000);
    const after = read();
    await Promise.all(asking.map((one) => one.stop()));
    const each = (name) => ((after[name] - before[name]) * 1000) / (after.answered - before.answered);
    return { service: each('service'), client: each('client') };
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
}

/** Answers a second of `count` containers of one worker behind nginx, while they are asked for more than they can do. */
export async function throughputOfContainers(image, count, seconds) {
  if (containers('face').length > 0) throw new Error('containers of this project are running: docker compose down');
  process.env.WORKERS = '1';
  try {
    await up(count);
    const asking = clients(nginxOrigin(), image, clientsEach * count);
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
