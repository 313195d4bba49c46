// How long HEIC, AVIF and GIF take to be read, with how much memory, and whether the event loop goes on meanwhile.
//
//   npm run tools -- bench-formats [--rounds 5] [IMAGE ...]
//
// Without images: a drawn picture of 12 megapixels with grain, as JPEG, AVIF and GIF, and as HEIC where heif-enc is installed. Each
// format has a process of its own. Memory is the peak of one search above that of an empty picture; the event loop is watched while four
// searches run at once.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { drawFaces, fourFaces, toSharp } from './lib/images.mjs';
import { FaceDetector } from './lib/library.mjs';
import { memoryOf } from './lib/proc.mjs';
import { median } from './lib/statistics.mjs';

const atOnce = 4;
const megabyte = 2 ** 20;

/** Four faces on 4000 x 3000 pixels, with the grain of a photograph. */
async function photograph() {
  const faces = await toSharp(drawFaces(800, 600, fourFaces))
    .resize(4000, 3000)
    .toBuffer();
  const raw = { raw: { width: 4000, height: 3000, channels: 3 } };
  const noise = { type: 'gaussian', mean: 128, sigma: 6 };
  const grain = await sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#808080', noise } })
    .raw()
    .toBuffer();
  return sharp(faces, raw).composite([{ input: grain, ...raw, blend: 'soft-light' }]);
}

/** Writes the picture in all formats into the folder; returns the files. */
async function write(folder) {
  const picture = await photograph();
  const at = (name) => path.join(folder, name);
  await picture.clone().jpeg({ quality: 85 }).toFile(at('a.jpg'));
  await picture.clone().avif({ quality: 60, effort: 1 }).toFile(at('a.avif'));
  await picture.clone().gif({ effort: 1 }).toFile(at('a.gif'));
  await picture.clone().png({ compressionLevel: 1 }).toFile(at('a.png'));
  const files = ['a.jpg', 'a.avif', 'a.gif'].map(at);
  if (spawnSync('heif-enc', ['--help']).error) {
    console.error('without HEIC: heif-enc is not installed (Debian: libheif-examples)');
    return files;
  }
  execFileSync('heif-enc', ['-q', '60', '-p', 'preset=ultrafast', at('a.png'), '-o', at('a.heic')], {
    stdio: 'ignore',
  });
  return [...files, at('a.heic')];
}

/** What one process measures of one file. */
async function measure(file, rounds) {
  const options = { minFaceSize: 200 };
  const detector = await FaceDetector.create({ slots: atOnce });
  await detector.detect({ data: new Uint8Array(3e4), width: 100, height: 100, channels: 3, order: 'rgb' });
  const bytes = readFileSync(file);
  const before = memoryOf(process.pid, 'VmHWM');
  const first = (await detector.detect(bytes, options)).timings.decode;
  const peak = memoryOf(process.pid, 'VmHWM') - before;
  const times = [];
  const processor = process.cpuUsage();
  for (let i = 0; i < rounds; i++) times.push((await detector.detect(bytes, options)).timings.decode);
  const { user, system } = process.cpuUsage(processor);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const ends = [];
  delay.enable();
  const started = performance.now();
  for (let i = 0; i < rounds; i++) {
    await Promise.all(Array.from({ length: atOnce }, () => detector.detect(bytes, options)));
    ends.push(performance.now());
  }
  delay.disable();
  await detector.close();
  return {
    KB: Math.round(bytes.length / 1000),
    'first ms': Math.round(first),
    'decode ms': Math.round(median(times)),
    'search, CPU ms': Math.round((user + system) / 1000 / rounds),
    'peak MB': Math.round(peak / megabyte),
    'four, ms': Math.round((ends.at(-1) - started) / rounds),
    'loop p50 ms': Number((delay.percentile(50) / 1e6).toFixed(1)),
    'loop p99 ms': Number((delay.percentile(99) / 1e6).toFixed(1)),
    'loop max ms': Number((delay.max / 1e6).toFixed(1)),
  };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, one: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
if (values.one) {
  console.log(JSON.stringify(await measure(positionals[0], rounds)));
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
  const files = positionals.length > 0 ? positionals : await write(folder);
  const env = { ...process.env, UV_THREADPOOL_SIZE: `${atOnce + 2}` };
  const rows = files.map((file) => {
    const args = [fileURLToPath(import.meta.url), '--one', '--rounds', `${rounds}`, file];
    return [path.basename(file), JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }))];
  });
  rmSync(folder, { recursive: true });
  console.log(cpus()[0]?.model);
  console.table(Object.fromEntries(rows));
}
