import { coreBox, headBox, headOpacity } from './head.mjs';

const across = 16; // points in a row of a box that are looked at
const leastShare = 0.5;

const isOn = ({ x, y, height }, point) =>
  headOpacity((2 * (point.x - x)) / height, (2 * (point.y - y)) / height) >= 0.5;

/** Points spread evenly over a box: none of a box without area. */
export function pointsIn({ x, y, width, height }) {
  if (!(width > 0 && height > 0)) return [];
  return Array.from({ length: across * across }, (_none, i) => ({
    x: x + (((i % across) + 0.5) / across) * width,
    y: y + ((Math.floor(i / across) + 0.5) / across) * height,
  }));
}

/**
 * What is known of heads as drawHead draws them, far ones first, in a picture of that size. For each its `id`; `head`, the box from the top of
 * the hair to the chin, however it is turned; `corePoints` and `headPoints`, evenly spread over what shows of the face (brows to mouth) and of
 * the whole head in the picture and in front of nearer heads; and whether the face `isThere`: at least half of its part that is turned to the
 * camera shows.
 */
export function truthOf(heads, { width, height }) {
  return heads.map((head, i) => {
    const nearer = heads.slice(i + 1);
    const shows = (point) =>
      point.x >= 0 &&
      point.y >= 0 &&
      point.x < width &&
      point.y < height &&
      !nearer.some((other) => isOn(other, point));
    const core = pointsIn(coreBox(head));
    const corePoints = core.filter(shows);
    const headPoints = pointsIn(headBox(head)).filter((point) => isOn(head, point) && shows(point));
    const isThere = core.length > 0 && corePoints.length >= leastShare * core.length;
    return { id: head.id, head: headBox(head), corePoints, headPoints, isThere };
  });
}
