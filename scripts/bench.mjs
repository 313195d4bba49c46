// npm run bench: the cascade's stages on one thread by each engine in turn, decoding apart, each picture in a process of its own
// for its peak memory.
//
//   npm run bench -- [--rounds 15] [--output build/bench.json] [IMAGE ...]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from './setup.mjs';

const warmUps = 3;
const engines = ['opencv', 'fused'];
const photographs = ['movie-stars.jpg', 'portrait-1638x2048.jpg', 'crowd-1600x898.jpg'].map((name) =>
  path.join(root, '..', 'shared', 'images', name),
);

/** Megabytes of a line of /proc/self/status; undefined where there is none. */
function statusMegabytes(key) {
  if (!existsSync('/proc/self/status')) return undefined;
  const kilobytes = new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return kilobytes && Math.round(Number(kilobytes) / 1024);
}

function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => Number(sorted[Math.ceil(share * sorted.length) - 1].toFixed(2));
  return { min: at(1 / sorted.length), median: at(0.5), p95: at(0.95) };
}

/** One stage: each engine's summary, and how many times faster the medians make the fused one. */
function row(byEngine) {
  const [opencv, fused] = engines.map((engine) => summary(byEngine[engine]));
  const columns = (engine, { min, median, p95 }) =>
    Object.entries({ min, median, p95 }).map(([name, ms]) => [`${engine} ${name}`, ms]);
  return {
    ...Object.fromEntries([...columns('opencv', opencv), ...columns('fused', fused)]),
    times: Number((opencv.median / fused.median).toFixed(2)),
  };
}

/** In the child: one picture, printed as JSON. */
async function measure(image, rounds) {
  const { FaceDetector } = await import(pathToFileURL(path.join(root, 'dist', 'index.mjs')).href);
  const detectors = [];
  for (const engine of engines) detectors.push(await FaceDetector.create({ slots: 1, engine }));
  const bytes = readFileSync(image);
  const loadedMegabytes = statusMegabytes('VmRSS');
  const times = {};
  let found;
  // The engines take turns, so that whatever else the machine does meets them alike.
  for (let i = -warmUps; i < rounds; i++) {
    for (const detector of detectors) {
      found = await detector.detect(bytes);
      if (i < 0) continue;
      const { queue, total, ...timings } = found.timings;
      const cascade = Object.entries(timings).reduce((sum, [stage, ms]) => (stage === 'decode' ? sum : sum + ms), 0);
      for (const [stage, ms] of Object.entries({ ...timings, cascade })) {
        times[stage] ??= Object.fromEntries(engines.map((engine) => [engine, []]));
        times[stage][detector.engine].push(ms);
      }
    }
  }
  const result = {
    image: path.basename(image),
    size: found.image,
    faces: found.faces.length,
    rounds,
    stagesMs: Object.fromEntries(Object.entries(times).map(([stage, byEngine]) => [stage, row(byEngine)])),
    loadedMegabytes,
    peakMegabytes: statusMegabytes('VmHWM'),
    opencv: detectors[0].opencvVersion,
  };
  process.stdout.write(JSON.stringify(result));
}

function show(result) {
  const { image, size, faces, rounds, stagesMs, loadedMegabytes, peakMegabytes } = result;
  console.log(
    `\n${image}: ${size.width} x ${size.height}, ${faces} faces, ${rounds} rounds, peak ${peakMegabytes} MB (${loadedMegabytes} MB before)`,
  );
  console.table(stagesMs);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '15' },
    output: { type: 'string', default: 'build/bench.json' },
    measure: { type: 'boolean' },
  },
});
const rounds = Number(values.rounds);
if (values.measure) {
  await measure(positionals[0], rounds);
} else {
  const images = positionals.length > 0 ? positionals : photographs;
  const missing = images.filter((image) => !existsSync(image));
  if (missing.length > 0) {
    console.error(`bench: no ${missing.join(', ')}: name pictures, npm run bench -- photo.jpg`);
    process.exit(1);
  }
  const results = images.map((image) => {
    const child = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), '--measure', '--rounds', String(rounds), image],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    if (child.status !== 0) process.exit(child.status ?? 1);
    const result = JSON.parse(child.stdout);
    show(result);
    return result;
  });
  const output = path.resolve(root, values.output);
  mkdirSync(path.dirname(output), { recursive: true });
  writeFileSync(
    output,
    `${JSON.stringify({ processor: cpus()[0]?.model, node: process.version, results }, null, 2)}\n`,
  );
  console.log(`\nwritten to ${path.relative(process.cwd(), output)}`);
}
