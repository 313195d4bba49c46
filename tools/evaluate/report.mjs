import { hasKernels } from '../../dist/library/model-catalog.js';
import { plural } from '../lib/command-line.mjs';
import { lowestThreshold, mostBoxes } from './run.mjs';

const fixed = (digits) => (value) => value?.toFixed(digits) ?? '-';

/** A table for people: the first column to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_none, i) => Math.max(...rows.map((row) => row[i].length)));
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return rows.map((row) => `${line(row)}\n`).join('');
}

const counted = ({ images, faces }, by) =>
  `${plural(images, 'image')} with ${plural(faces.all, 'face')}${by}: ${faces.small} small (under 32 pixels), ${faces.medium} medium, ${faces.large} large (from 96)`;

const named = ({ model, engine, threshold }) => [
  engine !== undefined && hasKernels(model) ? `${model} (${engine})` : model,
  threshold === undefined ? 'none' : String(threshold),
];
const timed = ({ smallestFound, ms }, first) => [
  fixed(0)(smallestFound),
  fixed(1)(ms.median),
  fixed(1)(ms.mean),
  fixed(2)(ms.mean / first.ms.mean),
];
const timesHead = (first) => ['SMALLEST', 'MEDIAN MS', 'MEAN MS', `TO ${first.model.toUpperCase()}`];
const timesNote = (rounds) =>
  `Smallest: side of the smallest face found. Times are of the default threshold, with decoding, on one thread: the least of ${rounds} of each image.
`;

function annotated(result) {
  const { models, faces, iou, rounds } = result;
  const [first] = models;
  const head = ['MODEL', 'THRESHOLD', 'FOUND', 'RECALL', 'WRONG', 'AP', 'SMALL', 'MEDIUM', 'LARGE'];
  const rows = models.map((model) => [
    ...named(model),
    String(model.found.all),
    fixed(3)(model.recall.all),
    String(model.falsePositives.all),
    ...Object.values(model.averagePrecision).map(fixed(3)),
    ...timed(model, first),
  ]);
  return `${counted(result, '')}; ${faces.ignored} ignored

${table([[...head, ...timesHead(first)], ...rows])}
Found are faces that a box overlaps (IoU) by ${iou} at least, at the model's threshold; wrong are the other boxes.
AP: average precision of the ${mostBoxes} surest boxes of an image, down to a score of ${lowestThreshold}; of all sizes and by size (side of a square of the face's area, COCO's classes).
mtcnn's P-Net and R-Net keep their thresholds for it: only O-Net's falls. haar has no threshold.
${timesNote(rounds)}`;
}

function compared(result) {
  const { models, reference, iou, rounds } = result;
  const [first] = models;
  const rows = models.map((model) => [
    ...named(model),
    String(model.found.all + model.others.all),
    String(model.found.all),
    String(model.others.all),
    ...timed(model, first),
  ]);
  const head = ['MODEL', 'THRESHOLD', 'FACES', `OF ${reference.toUpperCase()}'S`, 'OTHERS', ...timesHead(first)];
  return `${counted(result, ` that ${reference} finds`)}

${table([head, ...rows])}
Nobody has said what is a face here (--annotations): the models are compared with ${reference}. Of ${reference}'s are faces that a box overlaps
(IoU) by ${iou} at least; others may be faces that ${reference} misses, or none.
${timesNote(rounds)}`;
}

/** What `figures` gathered, for people. */
export const report = (result) => (result.reference === 'annotations' ? annotated(result) : compared(result));
