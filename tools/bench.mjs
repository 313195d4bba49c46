// How fast each stage of a search is, by OpenCV's dnn module and by the fused kernels.
//
//   npm run tools -- bench [--model mtcnn | yunet] [--targets AVX2,SSE4 | all] [--rounds 15] [--output build/bench.json] [IMAGE ...]
//
// On one thread, the engines in turn, decoding apart, each model and picture in a process of its own. Operations are those that the
// networks ask for (test/bench/flops.h), the peak is measured between the searches: an engine's share is of the peak of its instruction
// set, OpenCV's of the machine's highest. Winograd's scheme needs fewer operations than are counted. Of YuNet's fused network its two
// parts are measured as well, on the picture's first level. Without --model both, YuNet where its weights are (models/yunet, or
// ../shared/models/yunet).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nativeTarget, setUpOrExit } from '../scripts/setup.mjs';
import { orExit, root } from '../scripts/steps.mjs';
import { filesOrExit } from './lib/photographs.mjs';
import { median } from './lib/statistics.mjs';

const program = path.join(root, 'build', 'Release', 'faces_bench');
const weightsOf = (model) =>
  ['models', path.join('..', 'shared', 'models')].map((folder) => path.join(root, folder, model)).find(existsSync);

const rounded = (value, digits) => Number(value.toFixed(digits));
const best = (values) => Math.min(...values);

/** What faces_bench prints (test/bench/bench.cc says which lines), gathered: samples of each stage by engine, best peaks. */
function parse(text) {
  const result = { peaks: {}, gflop: {}, samples: {} };
  for (const [word, ...values] of text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '))) {
    if (word === 'opencv') result.opencv = values[0];
    if (word === 'image') [result.width, result.height, result.faces] = values.map(Number);
    if (word === 'peak') result.peaks[values[0]] = Math.max(result.peaks[values[0]] ?? 0, Number(values[1]));
    if (word === 'stage' || word === 'part') {
      const [engine, stage, ms, gflop] = values;
      result.samples[engine] ??= {};
      result.samples[engine][stage] ??= [];
      result.samples[engine][stage].push(Number(ms));
      result.gflop[stage] = Number(gflop);
    }
  }
  return result;
}

/** All stages of MTCNN but the first, decoding, as one. */
function addCascade({ samples, gflop }) {
  if (gflop.pnet === undefined) return;
  gflop.cascade = Object.values(gflop).reduce((sum, one) => sum + one, 0);
  for (const stages of Object.values(samples)) {
    const parts = Object.entries(stages).filter(([stage]) => stage !== 'decode');
    stages.cascade = parts[0][1].map((_ms, round) => parts.reduce((sum, [, values]) => sum + values[round], 0));
  }
}

/** A row for each stage and engine, by its title. */
function rows({ samples, gflop, peaks }) {
  const highest = Math.max(...Object.values(peaks));
  const table = Object.keys(gflop).flatMap((stage) =>
    Object.entries(samples).flatMap(([engine, { [stage]: ms }]) => {
      if (ms === undefined) return [];
      const gflops = (gflop[stage] / best(ms)) * 1000;
      const row = {
        'best ms': rounded(best(ms), 2),
        'median ms': rounded(median(ms), 2),
        ...(samples.opencv[stage] && { 'times faster': rounded(best(samples.opencv[stage]) / best(ms), 2) }),
        ...(gflops > 0 && {
          'GFLOP/s': rounded(gflops, 1),
          '% of peak': rounded((100 * gflops) / (peaks[engine] ?? highest), 0),
        }),
      };
      return [[`${stage}, ${engine}`, row]];
    }),
  );
  return Object.fromEntries(table);
}

function measure(model, image, rounds, targets) {
  const child = spawnSync(program, [model, String(rounds), weightsOf(model), image, ...targets], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  if (child.status !== 0) process.exit(child.status ?? 1);
  const result = parse(child.stdout);
  addCascade(result);
  return { model, image: path.basename(image), rounds, ...result, rows: rows(result) };
}

function show({ model, image, width, height, faces, rounds, opencv, peaks, gflop, rows }) {
  const peak = Object.entries(peaks).map(([target, gflops]) => `${target} ${rounded(gflops, 0)}`);
  const work = Object.entries(gflop).flatMap(([stage, all]) => (all > 0 ? [`${stage} ${rounded(all, 2)}`] : []));
  console.log(`\n${model}, ${image}: ${width} x ${height}, ${faces} faces, best of ${rounds} rounds, OpenCV ${opencv}`);
  console.log(`peak of multiply-adds, GFLOP/s: ${peak.join(', ')}; work, GFLOP: ${work.join(', ')}`);
  console.table(rows);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    targets: { type: 'string', default: '' },
    rounds: { type: 'string', default: '15' },
    output: { type: 'string', default: 'build/bench.json' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`bench: --rounds must be an integer of at least 1, got ${values.rounds}`);
  process.exit(1);
}
const images = filesOrExit(positionals, 'bench');
const models = values.model === undefined ? ['mtcnn', 'yunet'].filter(weightsOf) : [values.model];
if (!models.every((model) => ['mtcnn', 'yunet'].includes(model) && weightsOf(model))) {
  console.error(
    `bench: no weights of ${models}: --model is mtcnn or yunet, npx opencv-face-detector models fetch brings them`,
  );
  process.exit(1);
}
await setUpOrExit({ withTests: true });
await orExit(() => nativeTarget('faces_bench'));
const results = models.flatMap((model) =>
  images.map((image) => {
    const result = measure(model, image, rounds, values.targets.split(',').filter(Boolean));
    show(result);
    return result;
  }),
);
const output = path.resolve(root, values.output);
mkdirSync(path.dirname(output), { recursive: true });
writeFileSync(output, `${JSON.stringify({ processor: cpus()[0]?.model, results }, null, 2)}\n`);
console.log(`\nwritten to ${path.relative(process.cwd(), output)}`);
