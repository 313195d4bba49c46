import { sizeOf } from './sizes.mjs';

/** Intersection over union of two boxes, 0 to 1. */
export function overlap(a, b) {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (!(width > 0 && height > 0)) return 0;
  return (width * height) / (a.width * a.height + b.width * b.height - width * height);
}

/** Surest first; what is as sure comes by its place, whatever order the detector gave. */
function bySurety(a, b) {
  const keys = ({ confidence, box }) => [-confidence, box.x, box.y, box.width, box.height];
  const [left, right] = [keys(a), keys(b)];
  const first = left.findIndex((key, i) => key !== right[i]);
  return first < 0 ? 0 : left[first] - right[first];
}

/**
 * Holds what a detector found on an image, `{ box, confidence }` each, against the faces that are annotated on it. The surest chooses
 * first, among the faces that are left, the one that it overlaps most, by `iou` at least. What has none is wrong, unless it overlaps an
 * ignored face by as much: then it counts neither way, and any number may do so.
 *
 * WIDER FACE's program differs in a crowd: there a box whose best face is taken is wrong even where it fits another as well.
 *
 * Answers `judged`, of everything that counts `{ confidence, isFace, size }` (size class of the annotated face, or of the wrong box);
 * `wrong`, what is no annotated face; and `missed`, the annotated faces that count and have no box.
 */
export function match(annotated, found, iou) {
  const left = new Set(annotated.filter(({ isIgnored }) => !isIgnored));
  const ignored = annotated.filter(({ isIgnored }) => isIgnored);
  const judged = [];
  const wrong = [];
  for (const face of found.toSorted(bySurety)) {
    const { box, confidence } = face;
    let best;
    let most = 0;
    for (const candidate of left) {
      const share = overlap(candidate.box, box);
      if (share >= iou && share > most) [best, most] = [candidate, share];
    }
    if (best) {
      left.delete(best);
      judged.push({ confidence, isFace: true, size: sizeOf(best.box) });
    } else if (!ignored.some((other) => overlap(other.box, box) >= iou)) {
      judged.push({ confidence, isFace: false, size: sizeOf(box) });
      wrong.push(face);
    }
  }
  return { judged, wrong, missed: [...left] };
}
