import { drawFilm } from '../lib/film/draw-film.mjs';
import { FaceTracker, hiddenBoxes } from '../lib/library.mjs';
import { identity } from './identity.mjs';
import { jitter } from './jitter.mjs';
import { visible } from './visible.mjs';

export const minFaceSize = 40;

/** What the detector finds on each frame of a scene by itself, with the truth: `{ truth, faces, boxes, width, height }` each. */
export async function searchScene(detector, scene) {
  const frames = [];
  for await (const frame of drawFilm(scene)) {
    const { faces } = await detector.detect(frame, { minFaceSize, clip: false }); // as redact does

    const { truth, width, height } = frame;
    frames.push({ truth, faces, boxes: faces.map(({ box }) => box), width, height });
  }
  return frames;
}

/** The same of a tracker that searches every n-th frame, with its ids; `boxes` are those to hide, smoothed over the whole film. */
export async function trackScene(detector, scene, searchEvery) {
  const truths = [];
  async function* film() {
    for await (const { truth, ...frame } of drawFilm(scene)) {
      truths.push(truth);
      yield frame;
    }
  }
  const tracked = [];
  const tracker = new FaceTracker(detector, { searchEvery, minFaceSize });
  for await (const frame of tracker.track(film())) tracked.push(frame);
  const hidden = hiddenBoxes(tracked, tracked[0]);
  return tracked.map(({ faces, width, height }, i) => ({
    truth: truths[i],
    faces,
    boxes: hidden[i].map(({ box }) => box),
    width,
    height,
  }));
}

const asFaces = (frames) => frames.map(({ truth, boxes }) => ({ truth, faces: boxes.map((box) => ({ box })) }));

/**
 * The figures of a scene: `searched` (searchScene) against `tracked` (trackScene). A face is known, and has to be hidden, if the tracker's
 * searches found it at least once.
 */
export function figures(searched, tracked) {
  const { known, ...ids } = identity(tracked);
  const unknown = new Set(
    searched.flatMap(({ truth }) => truth.filter(({ isThere, id }) => isThere && !known.has(id)).map(({ id }) => id)),
  );
  return {
    ...ids,
    unknown: [...unknown],
    jitter: { found: jitter(searched), tracked: jitter(tracked), hidden: jitter(asFaces(tracked)) },
    visible: { before: visible(searched, known), after: visible(tracked, known) },
  };
}
