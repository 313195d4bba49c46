// Whether latency under load is what the queue's simulation says: the same requests at the same times, sent to a service and simulated.
import { availableParallelism } from 'node:os';
import { processorSeconds } from '../lib/proc.mjs';
import { startService } from '../lib/service.mjs';
import { mean, median, quantile } from '../lib/statistics.mjs';
import { sendAtTimes } from './open-loop.mjs';
import { meanWait, waits } from './queue.mjs';

const rounds = 10;

/** Processor seconds that the service and this process, which asks it, have used so far. */
const allSeconds = (service) => processorSeconds([...service.pids, process.pid]);

/**
 * What each image costs while nothing else is asked: seconds in a slot, and beside it (connection, upload, JSON). Where there are as many
 * workers as cores, what is done beside the searches, here by the client as well, takes its time from them: `slot` is then longer.
 */
async function calibrate(service, images, workers) {
  const costs = [];
  const before = allSeconds(service);
  for (const { bytes } of images) {
    const runs = [];
    for (let i = 0; i < rounds; i++) runs.push(...(await sendAtTimes(service.origin, [{ at: 0, bytes }])));
    const slot = mean(runs.map(({ timings }) => timings.total - timings.queue)) / 1000;
    costs.push({ bytes, slot, beside: mean(runs.map(({ seconds }) => seconds)) - slot });
  }
  const searches = rounds * costs.reduce((sum, { slot }) => sum + slot, 0);
  const rest = (allSeconds(service) - before - searches) / (rounds * costs.length);
  const share = workers / availableParallelism();
  return costs.map((cost) => ({ ...cost, slot: Math.max(cost.slot, (cost.slot + rest) * share) }));
}

/** Random arrivals of random ones of `costs`, so that slots are taken for `load` (0 to 1) of the time. */
function arrivalsOf(costs, load, workers, seconds, random) {
  const rate = (load * workers) / mean(costs.map(({ slot }) => slot));
  const arrivals = [];
  for (let at = random.gap(rate); at < seconds; at += random.gap(rate)) arrivals.push({ at, ...random.pick(costs) });
  return { rate, arrivals };
}

const milliseconds = (seconds) => Math.round(seconds * 10_000) / 10;

function compare(predicted, measured) {
  const figures = { mean, p50: median, p95: (values) => quantile(values, 0.95) };
  return Object.fromEntries(
    Object.entries(figures).map(([name, of]) => {
      const [says, is] = [of(predicted), of(measured)];
      return [
        name,
        {
          predictedMs: milliseconds(says),
          measuredMs: milliseconds(is),
          error: `${Math.round((says / is - 1) * 100)} %`,
        },
      ];
    }),
  );
}

/** Holds measured against simulated latencies, for each of `loads`; gives each comparison to `onResult`. */
export async function check(images, { workers, loads, seconds, random }, onResult) {
  const queueLimit = 200;
  const service = await startService({ WORKERS: String(workers), SLOTS: '1', QUEUE_LIMIT: String(queueLimit) });
  try {
    await calibrate(service, images, workers); // warm
    const costs = await calibrate(service, images, workers);
    for (const load of loads) {
      const { rate, arrivals } = arrivalsOf(costs, load, workers, seconds, random);
      const answers = await sendAtTimes(service.origin, arrivals);
      const simulated = waits(
        answers.map(({ at }, i) => ({ at, seconds: arrivals[i].slot })),
        { workers, slots: 1, queueLimit },
      );
      const isBoth = answers.map(({ status }, i) => status === 200 && simulated[i] !== undefined);
      const predicted = simulated
        .map((wait, i) => wait + arrivals[i].slot + arrivals[i].beside)
        .filter((_, i) => isBoth[i]);
      const measured = answers.map((answer) => answer.seconds).filter((_, i) => isBoth[i]);
      onResult({
        workers,
        load,
        perSecond: Math.round(rate * 10) / 10,
        requests: arrivals.length,
        refused: {
          predicted: simulated.filter((wait) => wait === undefined).length,
          measured: answers.filter(({ status }) => status === 503).length,
        },
        latency: compare(predicted, measured),
        ...(workers === 1 && {
          meanWaitByFormulaMs: milliseconds(
            meanWait(
              rate,
              costs.map(({ slot }) => slot),
            ),
          ),
        }),
      });
    }
  } finally {
    await service.stop();
  }
}
