// Which found face is which true one.

const centreOf = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

/** Distance of the centres in halves of the head's sides, where the found box's centre lies within the head's box. */
function distance({ head }, { box }) {
  const [true_, found] = [centreOf(head), centreOf(box)];
  const x = Math.abs(found.x - true_.x) / (head.width / 2);
  const y = Math.abs(found.y - true_.y) / (head.height / 2);
  return x <= 1 && y <= 1 ? Math.hypot(x, y) : undefined;
}

/**
 * The true faces of one frame that are there, each with the found face that is it: a Map by id of the truth. A box is a face's if its centre is
 * within the head's box, not by overlap: models differ in how much of a head they call the face (0.7 of it wide, 0.8 high with mtcnn, which
 * alone is an IoU of 0.6), and that says nothing about whom a box follows. As in the CLEAR MOT metrics (Bernardin and Stiefelhagen, 2008) a
 * pair of `before`, by id of the truth the id of the track, stays together while it can; the others pair up nearest first.
 */
export function matchFrame(truth, found, before = new Map()) {
  const pairs = [];
  for (const face of truth.filter(({ isThere }) => isThere)) {
    for (const one of found) {
      const away = distance(face, one);
      const isKept = one.id !== undefined && before.get(face.id) === one.id;
      if (away !== undefined) pairs.push({ face, one, rank: isKept ? away - 2 : away });
    }
  }
  const matched = new Map();
  const taken = new Set();
  for (const { face, one } of pairs.sort((a, b) => a.rank - b.rank)) {
    if (matched.has(face.id) || taken.has(one)) continue;
    matched.set(face.id, one);
    taken.add(one);
  }
  return matched;
}

/** matchFrame for all frames, `{ truth, faces }` each, in turn. */
export function matchFilm(frames) {
  const before = new Map();
  return frames.map(({ truth, faces }) => {
    const matched = matchFrame(truth, faces, before);
    for (const [id, face] of matched) before.set(id, face.id);
    return matched;
  });
}
