const step = 8; // pixels between the points at which areas are counted

/** The box with `margin` of its width and height added at each side, as redact grows it. */
const grown = ({ x, y, width, height }, margin) => ({
  x: x - margin * width,
  y: y - margin * height,
  width: width * (1 + 2 * margin),
  height: height * (1 + 2 * margin),
});

function isWithin({ x, y, width, height }, shape, point) {
  const across = (2 * (point.x - x)) / width - 1;
  const down = (2 * (point.y - y)) / height - 1;
  return shape === 'ellipse' ? across ** 2 + down ** 2 <= 1 : Math.abs(across) <= 1 && Math.abs(down) <= 1;
}

function* grid({ width, height }) {
  for (let y = step / 2; y < height; y += step) for (let x = step / 2; x < width; x += step) yield { x, y };
}

/**
 * What can still be seen of faces after `boxes` of each frame are hidden, of frames `{ truth, boxes, width, height }`: of all `faces` in frames,
 * of those whose id of the truth is `known` and who are there, how many show any point of their `core` (brows to mouth) and of their `head`.
 * `area` is what was hidden, in areas of the heads' boxes: hiding all of the picture would be no art.
 */
export function visible(frames, known, { shape = 'ellipse', margin = 0.3 } = {}) {
  const counts = { faces: 0, core: 0, head: 0 };
  let [hiddenPoints, headPoints] = [0, 0];
  for (const { truth, boxes, ...size } of frames) {
    const shapes = boxes.map((box) => grown(box, margin));
    const isBare = (point) => !shapes.some((box) => isWithin(box, shape, point));
    for (const { id, isThere, corePoints, headPoints: points } of truth) {
      if (!isThere || !known.has(id)) continue;
      counts.faces++;
      if (corePoints.some(isBare)) counts.core++;
      if (points.some(isBare)) counts.head++;
    }
    for (const point of grid(size)) {
      if (!isBare(point)) hiddenPoints++;
      if (truth.some(({ head }) => isWithin(head, 'box', point))) headPoints++;
    }
  }
  return { ...counts, area: hiddenPoints / headPoints };
}
