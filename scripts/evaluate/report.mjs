import { lowestThreshold, mostBoxes } from './run.mjs';

const fixed = (digits) => (value) => value?.toFixed(digits) ?? '-';

/** A table for people: the first column to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_none, i) => Math.max(...rows.map((row) => row[i].length)));
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** What `figures` gathered, for people. */
export function report({ images, faces, models, iou, rounds }) {
  const first = models[0];
  const head = ['MODEL', 'THRESHOLD', 'FOUND', 'RECALL', 'WRONG', 'AP', 'SMALL', 'MEDIUM', 'LARGE', 'SMALLEST'];
  const rows = models.map(
    ({ model, engine, threshold, found, recall, falsePositives, averagePrecision, smallestFound, ms }) => [
      model === 'mtcnn' ? `${model} (${engine})` : model,
      threshold === undefined ? 'none' : String(threshold),
      String(found.all),
      fixed(3)(recall.all),
      String(falsePositives.all),
      ...Object.values(averagePrecision).map(fixed(3)),
      fixed(0)(smallestFound),
      fixed(1)(ms.median),
      fixed(1)(ms.mean),
      fixed(2)(ms.mean / first.ms.mean),
    ],
  );
  return `${images} images with ${faces.all} faces: ${faces.small} small (under 32 pixels), ${faces.medium} medium, ${faces.large} large (from 96); ${faces.ignored} ignored

${table([[...head, 'MEDIAN MS', 'MEAN MS', `TO ${first.model.toUpperCase()}`], ...rows])}
Found are faces that a box overlaps (IoU) by ${iou} at least, at the model's threshold; wrong are the other boxes.
AP: average precision of the ${mostBoxes} surest boxes of an image, down to a score of ${lowestThreshold}; of all sizes and by size (side of a square of the face's area, COCO's classes).
mtcnn's P-Net and R-Net keep their thresholds for it: only O-Net's falls. haar has no threshold.
Smallest: side of the smallest face found. Times are of the default threshold, with decoding, on one thread: the least of ${rounds} of each image.
`;
}
