// A drawn head on a frame: drawFaces' face on the front of an ellipsoid, hair on its back, so that it can turn away.
import { drawFaces } from '#dist/library/drawn-faces.js';
import { headOpacity, unturned } from './head.mjs';

const hair = [52, 38, 30];
const margin = 1.3; // of the original around the face, in halves of its height

/**
 * The face seen from the front, drawn once at a height of 64, 128, 256, ... pixels: what is shown of it is interpolated, as drawing each
 * anew takes a tenth of a second.
 */
const originals = new Map();
function original(height) {
  const level = 64 * 2 ** Math.max(Math.ceil(Math.log2((0.75 * height) / 64)), 0);
  if (!originals.has(level)) {
    const side = Math.ceil(margin * level) + 2;
    const face = { x: side / 2, y: side / 2, height: level };
    originals.set(level, { side, unit: level / 2, pixels: drawFaces(side, side, [face]).data });
  }
  return originals.get(level);
}

/** Writes the colour of the original at that point (in halves of the face's height from its centre) into `colour`. */
function sample({ side, unit, pixels }, u, v, colour) {
  const x = Math.min(Math.max(u * unit + side / 2, 0), side - 1.001);
  const y = Math.min(Math.max(v * unit + side / 2, 0), side - 1.001);
  const at = (Math.floor(y) * side + Math.floor(x)) * 3;
  const [right, down] = [x % 1, y % 1];
  for (let i = at; i < at + 3; i++) {
    const above = pixels[i] * (1 - right) + pixels[i + 3] * right;
    const below = pixels[i + 3 * side] * (1 - right) + pixels[i + 3 * side + 3] * right;
    colour[i - at] = above * (1 - down) + below * down;
  }
}

/**
 * Draws a head into `frame` (`{ data, width, height }`, RGB). `x` and `y` are the face's centre, `height` reaches from its chin to its hair,
 * in pixels; `yaw` is in degrees to the viewer's right, and 180 shows the back; `tint` has factors for red, green and blue, up to 1.
 */
export function drawHead(frame, { x, y, height, yaw = 0, tint = [1, 1, 1] }) {
  const unit = height / 2;
  const front = original(height);
  const reach = margin * unit;
  const colour = [0, 0, 0];
  for (let row = Math.max(Math.floor(y - reach), 0); row < Math.min(y + reach, frame.height); row++) {
    const v = (row - y) / unit;
    for (let column = Math.max(Math.floor(x - reach), 0); column < Math.min(x + reach, frame.width); column++) {
      const u = (column - x) / unit;
      const share = headOpacity(u, v);
      if (share === 0) continue;
      const source = unturned(u, v, yaw);
      const isHair = source === undefined || (yaw !== 0 && headOpacity(source, v) < 1);
      if (!isHair) sample(front, source, v, colour);
      const to = (row * frame.width + column) * 3;
      for (let i = 0; i < 3; i++) {
        const painted = isHair ? hair[i] : colour[i];
        frame.data[to + i] = frame.data[to + i] * (1 - share) + painted * tint[i] * share;
      }
    }
  }
}
