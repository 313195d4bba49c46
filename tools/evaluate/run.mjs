import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { scoreThresholdOf } from '../lib/library.mjs';
import { match } from './match.mjs';

/** Down to here a detector's answers go into average precision: what RetinaFace's authors take for WIDER FACE. */
export const lowestThreshold = 0.02;
/** And so many of an image, the surest: they keep 750. `ultralight` gives thousands, a ten million in the validation set of WIDER FACE. */
export const mostBoxes = 1000;

const ranking = { threshold: lowestThreshold, maxFaces: mostBoxes };

/** FDDB names its images without `.jpg`. */
function fileOf(folder, name) {
  const file = path.join(folder, name);
  return !existsSync(file) && existsSync(`${file}.jpg`) ? `${file}.jpg` : file;
}

/**
 * What each detector finds on an image by default, the least time of so many `rounds`, in which they take turns, and what it finds
 * down to the lowest threshold, in a search that is not timed. (What of that exceeds the default threshold is what is found by default:
 * on the test photographs to the last bit, of each model.)
 */
async function search(detectors, bytes, { rounds, isRanked, signal }) {
  const answers = detectors.map(() => ({ ms: Infinity }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, detector] of detectors.entries()) {
      const { faces, timings } = await detector.detect(bytes, { signal });
      answers[i] = { faces, ms: Math.min(answers[i].ms, timings.total - timings.queue) };
    }
  }
  for (const [i, detector] of detectors.entries()) {
    const { model, threshold = scoreThresholdOf(model) } = detector;
    const hasMore = isRanked && threshold !== undefined;
    const low = hasMore ? await detector.detect(bytes, { signal, ...ranking }) : answers[i];
    answers[i].all = low.faces;
  }
  return answers;
}

/**
 * Searches images by all detectors. Of an image without `faces`, which nobody has annotated, those that the first detector finds are
 * taken instead, and only what is found by default is judged. An image that one of them cannot search, or that is not there, counts for none:
 * `onFailure` gets its name and the reason. The signal ends it early.
 *
 * Answers, of each image searched, its name and faces and of each detector `ms`, `match`'s answer by default (`decided`), and what it
 * judged down to the lowest threshold (`ranked`).
 */
export async function run(images, folder, detectors, { iou, rounds, signal, onImage, onFailure }) {
  const done = [];
  for (const { name, faces } of images) {
    try {
      signal.throwIfAborted();
      const bytes = await readFile(fileOf(folder, name), { signal });
      if (done.length === 0) for (const detector of detectors) await detector.detect(bytes, { signal }); // to warm up
      const answers = await search(detectors, bytes, { rounds, isRanked: faces !== undefined, signal });
      const marked = faces ?? answers[0].faces.map(({ box }) => ({ box, isIgnored: false }));
      const results = answers.map(({ ms, faces: found, all }) => ({
        ms,
        decided: match(marked, found, iou),
        ranked: match(marked, all, iou).judged,
      }));
      done.push({ name, faces: marked, results });
    } catch (error) {
      if (signal.aborted) break;
      onFailure(name, error.code === 'ENOENT' ? 'it is not there' : error.message);
    }
    onImage();
  }
  return done;
}
