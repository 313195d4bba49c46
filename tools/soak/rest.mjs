import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { holdings } from './processes.mjs';

/** Workers tell their metrics every second. */
const snapshotMs = 1000;
/** Only a defect keeps the service from resting for so long. */
const patienceMs = 60_000;
// At rest the 99th percentile is that of the timer that measures it, 10 ms.
const restDelaySeconds = 0.1;

/** What moves in the service. */
async function motion(service) {
  const metric = await service.metrics();
  return {
    queue: metric('face_detector_queue_depth'),
    jobs: metric('face_detector_jobs_in_flight'),
    delay: metric('face_detector_event_loop_delay_p99_seconds'),
    resources: metric('nodejs_active_resources_total'),
    restarts: metric('face_detector_worker_restarts_total'),
  };
}

/** Times that an image is sent, one after the other, so that each of two workers, which take turns, gets it. */
const turns = 4;

/** Resolves to the status; what the clients before have left under way may still answer 503. */
async function searchOnce(url, type, bytes) {
  const end = performance.now() + patienceMs;
  for (;;) {
    const { statusCode, headers, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': type },
      body: bytes,
      reset: true,
    });
    await body.dump();
    if (statusCode !== 503 || performance.now() > end) return statusCode;
    await sleep(1000 * Number(headers['retry-after']));
  }
}

/**
 * Has every worker search the same image with every model: a network keeps what it has made of its last one, megabytes more or less of the
 * bytes in use.
 */
export async function searchAlike({ origin }, { models, good }) {
  const { bytes, type } = good.find(({ drawn }) => drawn);
  for (const { name } of models) {
    const url = `${origin}/v1/faces?model=${name}`;
    for (let i = 0; i < turns; i++) {
      const statusCode = await searchOnce(url, type, bytes);
      if (statusCode !== 200) throw new Error(`${statusCode} for a drawn image at rest, by ${name}`);
    }
  }
}

/** Lets every process collect its garbage; resolves to the MB that each has in use then. `inUse` is the log's. */
export async function memoryInUse(service, inUse) {
  const { pids } = holdings(service);
  inUse.clear();
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
  const end = performance.now() + patienceMs;
  while (inUse.size < pids.length) {
    if (performance.now() > end) throw new Error('a process does not say what it has in use');
    await sleep(20);
  }
  return pids.map((pid) => inUse.get(pid) / 2 ** 20);
}

/**
 * Waits, when all clients have gone, until nothing moves and no more than `sockets` sockets are open; resolves to what the service holds
 * then. Rejects where it does not come to rest.
 */
export async function rest(service, sockets) {
  const end = performance.now() + patienceMs;
  await sleep(2 * snapshotMs); // the last snapshots are of busy times
  for (;;) {
    const { queue, jobs, delay, resources, restarts } = await motion(service);
    const { counts, ...memory } = holdings(service);
    if (queue === 0 && jobs === 0 && delay < restDelaySeconds && counts.socket <= sockets)
      return { ...memory, restarts, counts: { ...counts, resources } };
    if (performance.now() > end)
      throw new Error(`not at rest after ${patienceMs} ms: ${JSON.stringify({ queue, jobs, delay, ...counts })}`);
    await sleep(snapshotMs / 4);
  }
}
