import { matchFilm } from './match.mjs';

/**
 * How well ids stay with faces, of frames `{ truth, faces }` with tracked faces (`id`, `box`, `isPredicted`). In frames where a true face is
 * there it is either `seen` (its track was found), `bridged` (its track is predicted), or `lost`; `there` is their sum. `switches` and
 * `fragmentations` as in CLEAR MOT: a face has another id than when it last had one; a face that was followed is so again after at least a
 * frame in which it was there and was not. `handedOn` counts ids that go from one true face to another. `known` has the ids of the truth that
 * were seen at least once.
 */
export function identity(frames) {
  const last = new Map(); // the truth's id -> its track's
  const owner = new Map(); // a track's id -> the truth's
  const isLost = new Map();
  const counts = { there: 0, seen: 0, bridged: 0, lost: 0, switches: 0, fragmentations: 0, handedOn: 0 };
  const known = new Set();
  const matches = matchFilm(frames);
  for (const [i, { truth }] of frames.entries()) {
    for (const { id } of truth.filter(({ isThere }) => isThere)) {
      const face = matches[i].get(id);
      counts.there++;
      if (!face) {
        counts.lost++;
        isLost.set(id, true);
        continue;
      }
      counts[face.isPredicted ? 'bridged' : 'seen']++;
      if (!face.isPredicted) known.add(id);
      if (last.has(id) && last.get(id) !== face.id) counts.switches++;
      if (last.has(id) && isLost.get(id)) counts.fragmentations++;
      if (owner.has(face.id) && owner.get(face.id) !== id) counts.handedOn++;
      last.set(id, face.id);
      owner.set(face.id, id);
      isLost.set(id, false);
    }
  }
  return { ...counts, known };
}
