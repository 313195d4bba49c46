// How many frames of a film are searched and hidden in a second, and whether memory grows with its length.
//
//   npm run tools -- bench-films [--models mtcnn,yunet] [--models-dir DIR] [--min-face-size 40] [--redact] FILM
//
// Each model in turn, searching every frame and every third; --redact writes the film as well, into a folder that is removed. Needs ffmpeg
// and idle cores.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { FaceDetector, FaceTracker, redactFilm } from './lib/library.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: 'string', default: 'mtcnn,yunet' },
    'models-dir': { type: 'string' },
    'min-face-size': { type: 'string', default: '40' },
    redact: { type: 'boolean', default: false },
  },
});
const [film] = positionals;
if (film === undefined) {
  console.error('bench-films: name a film');
  process.exit(2);
}

const rounded = (value) => Number(value.toFixed(1));
const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
const rate = (frames, started) => rounded((1000 * frames) / (performance.now() - started));

/** Frames a second, faces in a frame, and the memory of this process after a tenth of a minute's frames and at the end. */
async function track(detector, options) {
  const started = performance.now();
  let [frames, faces, early] = [0, 0, 0];
  for await (const frame of new FaceTracker(detector, options).track(film)) {
    frames++;
    faces += frame.faces.length;
    if (frames === 150) early = megabytes();
  }
  return {
    frames,
    'frames/s': rate(frames, started),
    'faces/frame': rounded(faces / frames),
    'MB after 150 frames': early,
    'MB at the end': megabytes(),
  };
}

/** Frames a second of both passes. */
async function redact(detector, options) {
  const folder = mkdtempSync(path.join(tmpdir(), 'films-'));
  try {
    const started = performance.now();
    const { frames } = await redactFilm(detector, film, path.join(folder, 'out.mp4'), options);
    return { 'hidden, frames/s': rate(frames, started) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const rows = [];
for (const model of values.models.split(',')) {
  const detector = await FaceDetector.create({ model, modelsDir: values['models-dir'] });
  for (const searchEvery of [1, 3]) {
    const options = { searchEvery, minFaceSize: Number(values['min-face-size']) };
    const row = { model, every: searchEvery, ...(await track(detector, options)) };
    rows.push(values.redact ? { ...row, ...(await redact(detector, options)) } : row);
  }
  await detector.close();
}
console.table(rows);
