import { scoreThresholdOf } from '../lib/library.mjs';
import { mean, median } from '../lib/statistics.mjs';
import { averagePrecision } from './average-precision.mjs';
import { sideOf, sizeOf, sizes } from './sizes.mjs';

const round = (value, digits) => (Number.isFinite(value) ? Number(value.toFixed(digits)) : undefined);

/** `of` everything and of each size class. */
const bySize = (of) => Object.fromEntries(['all', ...sizes].map((size) => [size, of(size)]));
const inSize = (judged, size) => judged.filter((one) => size === 'all' || one.size === size);
const countedFaces = (images) => images.flatMap(({ faces }) => faces.filter(({ isIgnored }) => !isIgnored));

function ofModel({ model, engine, threshold = scoreThresholdOf(model) }, images, totals, pick, isAnnotated) {
  const results = images.map(pick);
  const decided = results.flatMap((result) => result.decided.judged);
  const ranked = results.flatMap((result) => result.ranked);
  const found = bySize((size) => inSize(decided, size).filter(({ isFace }) => isFace).length);
  const times = results.map(({ ms }) => ms);
  const sides = images.flatMap((image) => {
    const missed = new Set(pick(image).decided.missed);
    return countedFaces([image]).filter((face) => !missed.has(face));
  });
  return {
    model,
    engine,
    threshold,
    found,
    recall: bySize((size) => round(found[size] / totals[size], 4)),
    [isAnnotated ? 'falsePositives' : 'others']: bySize(
      (size) => inSize(decided, size).filter(({ isFace }) => !isFace).length,
    ),
    ...(isAnnotated && {
      averagePrecision: bySize((size) => round(averagePrecision(inSize(ranked, size), totals[size]), 4)),
    }),
    smallestFound: round(Math.min(...sides.map(({ box }) => sideOf(box))), 1),
    ms: { median: round(median(times), 1), mean: round(mean(times), 1) },
  };
}

function ofImage({ name, faces, results }, detectors, isAnnotated) {
  const models = detectors.map(({ model }, i) => {
    const { ms, decided } = results[i];
    const found = decided.judged.filter(({ isFace }) => isFace).length;
    const rest = { [isAnnotated ? 'falsePositives' : 'others']: decided.wrong.length };
    return [model, { found, ...rest, ms: round(ms, 1) }];
  });
  return { name, faces: countedFaces([{ faces }]).length, models: Object.fromEntries(models) };
}

/**
 * The figures of what `run` answers: of all images, of each model, of each image. `recall` is a share of the annotated faces,
 * `smallestFound` the side of a square of the smallest found one's area in pixels, `ms` a time per image; what there is none of is
 * undefined. Where the first detector's answers stand in for annotations, what else is found is `others`, for nobody knows whether it
 * is wrong, and there is no average precision.
 */
export function figures(images, detectors, isAnnotated) {
  const counted = countedFaces(images);
  const totals = bySize((size) => counted.filter(({ box }) => size === 'all' || sizeOf(box) === size).length);
  const ignored = images.flatMap(({ faces }) => faces).length - counted.length;
  return {
    images: images.length,
    faces: { ...totals, ignored },
    models: detectors.map((detector, i) => ofModel(detector, images, totals, ({ results }) => results[i], isAnnotated)),
    perImage: images.map((image) => ofImage(image, detectors, isAnnotated)),
  };
}
