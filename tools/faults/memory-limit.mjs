import { flat } from '../lib/images.mjs';
import { quiet, startService } from '../lib/service.mjs';
import { until } from '../lib/until.mjs';
import { ask } from './ask.mjs';
import { makeGroup } from './memory-group.mjs';

// One of the images fits, two do not.
const room = 200 * 2 ** 20;

/** The container's memory is less than what the images take that come at once: the system kills the largest process, a worker. */
export async function memoryLimit(expect) {
  const group = makeGroup();
  const service = await startService({ WORKERS: '2' }, { ...quiet, joinGroup: group.join });
  group.limit(group.used() + room);
  const [, ...workers] = service.pids;
  const large = await flat(8660, 5770).png().toBuffer(); // 150 MB when it is decoded
  const outcomes = {};
  const isWhole = () => workers.every((pid) => service.pids.includes(pid));
  for (let round = 0; round < 10 && isWhole(); round++) {
    const asked = [1, 2, 3, 4].map(() => ask(service, '/v1/annotate?minFaceSize=1000&format=png', large, 'image/png'));
    for (const outcome of await Promise.all(asked)) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  await until(async () => !isWhole() || (await service.metric('face_detector_jobs_in_flight')) === 0);
  const killed = await service.metric('face_detector_worker_restarts_total');
  expect(killed > 0, 'the system kills a worker', { killed, outcomes });
  await until(async () => (await service.metric('face_detector_ready_workers')) === 2, 100);
  const after = await ask(service, '/healthz');
  expect(after === '200', 'the worker is replaced, and the service answers', after);
  const status = await service.stop();
  expect(status === 0, 'SIGTERM ends it with 0', status);
  await group.remove();
}
