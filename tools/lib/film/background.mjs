import { Random } from '../random.mjs';

const reach = 2; // widths of the picture that a background is wide
const brightnesses = [140, 145, 85]; // by number; the first is as bright as drawFaces'
const made = new Map();

/** A wall of that brightness that gets lighter downwards, with panels of several colours, so that a moving camera shows. */
function wall(seed, brightness, width, height) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let i = 0; i < 3; i++) data[(y * width + x) * 3 + i] = brightness - 10 * i - 20 + (40 * y) / height;
    }
  }
  const random = new Random(seed + 1);
  for (let panel = 0; panel < 40; panel++) {
    const [left, top] = [random.integer(0, width), random.integer(0, height)];
    const [right, bottom] = [left + random.integer(60, 260), top + random.integer(60, 260)];
    const change = [0, 1, 2].map(() => random.integer(-22, 22));
    for (let y = top; y < Math.min(bottom, height); y++) {
      for (let x = left; x < Math.min(right, width); x++) {
        for (let i = 0; i < 3; i++) data[(y * width + x) * 3 + i] += change[i];
      }
    }
  }
  return data;
}

/** What a camera sees of background number `shot` after `passed` pixels to the right, at most one picture's width: a copy. */
export function background(shot, passed, { width, height }) {
  if (!made.has(shot)) made.set(shot, wall(shot, brightnesses[shot], reach * width, height));
  const whole = made.get(shot);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = (y * reach * width + passed) * 3;
    data.set(whole.subarray(from, from + width * 3), y * width * 3);
  }
  return data;
}
