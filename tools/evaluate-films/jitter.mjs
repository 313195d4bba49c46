import { matchFilm } from './match.mjs';

/** Centre and size (the square root of the area) of a box. */
const measuresOf = ({ x, y, width, height }) => [x + width / 2, y + height / 2, Math.sqrt(width * height)];

/**
 * How much boxes tremble, of frames `{ truth, faces }`: root mean square of the second difference of `centre` and `size` over three frames in
 * a row that follow a face, less the truth's own, in pixels a frame; `count` is how many differences there were. 0 for boxes that go with the
 * head, wherever on it they are.
 */
export function jitter(frames) {
  const rows = new Map(); // by id of the truth: how far its box was off in the frames before
  const sums = { centre: 0, size: 0, count: 0 };
  for (const [i, matched] of matchFilm(frames).entries()) {
    for (const { id, head } of frames[i].truth) {
      const face = matched.get(id);
      if (!face) {
        rows.delete(id);
        continue;
      }
      const truth = measuresOf(head);
      const row = [...(rows.get(id) ?? []), measuresOf(face.box).map((value, k) => value - truth[k])].slice(-3);
      rows.set(id, row);
      if (row.length < 3) continue;
      const [x, y, size] = [0, 1, 2].map((k) => row[0][k] - 2 * row[1][k] + row[2][k]);
      sums.centre += x ** 2 + y ** 2;
      sums.size += size ** 2;
      sums.count++;
    }
  }
  const root = (sum) => (sums.count > 0 ? Math.sqrt(sum / sums.count) : Number.NaN);
  return { centre: root(sums.centre), size: root(sums.size), count: sums.count };
}
