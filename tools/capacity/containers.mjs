// Whether several containers behind nginx answer as many requests a second as the cores of this machine and the cost of an answer say.
import { processorSeconds } from '../lib/proc.mjs';
import { startService } from '../lib/service.mjs';
import { compose, containers, nginxOrigin, up } from '../lib/stack.mjs';
import { measureThroughput } from '../lib/throughput.mjs';

const connectionsEach = 4;

const sum = (values) => values.reduce((all, one) => all + one, 0);

/**
 * Processor milliseconds for each answer, of the service with all its processes and of the client, while `count` services of one worker
 * are asked at once for more than they can do.
 */
export async function costOfAnswer(image, count, seconds) {
  const services = await Promise.all(Array.from({ length: count }, () => startService({ WORKERS: '1', SLOTS: '1' })));
  try {
    const load = { connections: connectionsEach, seconds, warmUpSeconds: 3 };
    const measured = services.map(({ origin }) => measureThroughput(origin, image, load));
    await Promise.all(measured.map(({ started }) => started));
    const read = () => ({
      service: processorSeconds(services.flatMap(({ pids }) => pids)),
      client: processorSeconds([process.pid]),
    });
    const before = read();
    const results = await Promise.all(measured.map(({ result }) => result));
    const after = read();
    const answered = sum(results.map(({ perSecond }) => perSecond)) * seconds;
    const each = (name) => ((after[name] - before[name]) * 1000) / answered;
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
    const load = { connections: connectionsEach * count, seconds, warmUpSeconds: 5 };
    const { perSecond, outcomes } = await measureThroughput(nginxOrigin(), image, load).result;
    return { perSecond, outcomes };
  } finally {
    compose('down', '-v');
  }
}
