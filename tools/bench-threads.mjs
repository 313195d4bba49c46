// How fast each stage is on one thread and on several that share the image.
//
//   npm run tools -- bench-threads [--threads 2] [--rounds 15] [--engine fused] [IMAGE ...]
//
// In turn in one process; of the best times. Needs idle cores.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { FaceDetector } from './lib/library.mjs';
import { filesOrExit } from './lib/photographs.mjs';

const warmUps = 3;

/** The stages of a call in ms, with the whole of the cascade (all but decoding) and of the call. */
async function stages(detector, bytes) {
  const { queue, total, ...timings } = (await detector.detect(bytes)).timings;
  const cascade = Object.entries(timings).reduce((sum, [stage, ms]) => (stage === 'decode' ? sum : sum + ms), 0);
  return { ...timings, cascade, total };
}

/** The best times of each stage, of each detector in turn. */
async function best(detectors, bytes, rounds) {
  const times = detectors.map(() => ({}));
  for (let i = -warmUps; i < rounds; i++) {
    for (const [index, detector] of detectors.entries()) {
      const found = Object.entries(await stages(detector, bytes));
      if (i < 0) continue;
      for (const [stage, ms] of found) times[index][stage] = Math.min(ms, times[index][stage] ?? ms);
    }
  }
  return times;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '15' },
    engine: { type: 'string', default: 'fused' },
  },
});
const images = filesOrExit(positionals, 'bench-threads');
const create = (threads) => FaceDetector.create({ slots: 1, engine: values.engine, threads });
const detectors = [await create(1), await create(Number(values.threads))];
for (const image of images) {
  const [one, several] = await best(detectors, readFileSync(image), Number(values.rounds));
  console.log(`\n${path.basename(image)}, ${values.engine}: best ms of ${values.rounds}`);
  const rows = Object.keys(one).map((stage) => [
    stage,
    {
      '1 thread': Number(one[stage].toFixed(2)),
      [`${values.threads} threads`]: Number(several[stage].toFixed(2)),
      times: Number((one[stage] / several[stage]).toFixed(2)),
    },
  ]);
  console.table(Object.fromEntries(rows));
}
