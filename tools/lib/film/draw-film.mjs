// A scene as frames of raw pixels, each with the truth.
import { Random } from '../random.mjs';
import { background } from './background.mjs';
import { drawHead } from './draw-head.mjs';
import { truthOf } from './truth.mjs';

const size = { width: 1280, height: 720 };

/** Grain, normally distributed (twelve uniform choices, added) with that deviation. */
function makeGrain(deviation) {
  const random = new Random(1);
  const sum = () => Array.from({ length: 12 }, () => random.share()).reduce((a, b) => a + b) - 6;
  return Int16Array.from({ length: 2 ** 16 }, () => Math.round(sum() * deviation));
}

/** Adds the grain, from another place on in each row, so that no two frames have the same. */
function addGrain({ data, width }, grain, random) {
  for (let row = 0; row < data.length; row += 3 * width) {
    const start = random.integer(0, grain.length - 1);
    for (let i = 0; i < 3 * width; i++) {
      const value = data[row + i] + grain[(start + i) % grain.length];
      data[row + i] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

/**
 * The frames of a scene, 1280 x 720 at `rate` a second, the same whenever it is drawn: pixels as `detect` takes them, `time` in seconds, and
 * `truth` (see truthOf) of its heads, far ones first.
 */
export async function* drawFilm({ seconds, heads, camera = () => 0, shot = () => 0, noise = 0 }, rate = 25) {
  const random = new Random(2);
  const grain = noise > 0 ? makeGrain(noise) : undefined;
  for (let frame = 0; frame < Math.round(seconds * rate); frame++) {
    const time = frame / rate;
    const passed = Math.round(camera(time));
    const data = background(shot(time), passed, size);
    const drawn = heads(time).map((head) => ({ ...head, x: head.x - passed }));
    for (const head of drawn) drawHead({ ...size, data }, head);
    if (grain) addGrain({ data, ...size }, grain, random);
    yield { data, ...size, channels: 3, order: 'rgb', time, truth: truthOf(drawn, size) };
  }
}
