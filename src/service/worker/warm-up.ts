import type { FaceDetector } from '../../library/detector.js';
import { drawFaces } from '../../library/drawn-faces.js';

// One face in the middle of a small picture.
const centre = { x: 80, y: 80 };
const side = 160;
const picture = () => drawFaces(side, side, [{ ...centre, height: 90 }]);
// Fixed, since the operator's settings may fail here: MAX_SIDE=12 finds no face, MAX_PIXELS=1000 refuses the picture.
const own = { minFaceSize: 40, maxSide: side, maxPixels: side * side };

/**
 * Searches a drawn face with every model, so that the first request does not wait for lazy loading, and checks the
 * answers: rejects unless each model finds exactly that face.
 */
export async function warmUp(detector: Pick<FaceDetector, 'detect' | 'models'>): Promise<void> {
  for (const { name } of detector.models) {
    const { faces } = await detector.detect(picture(), { model: name, ...own });
    const [face] = faces;
    const isFound = face !== undefined && faces.length === 1 && contains(face.box, centre);
    if (!isFound) throw new Error(`${name} is not right: it finds ${faces.length} faces on a picture of one`);
  }
}

function contains(box: { x: number; y: number; width: number; height: number }, { x, y }: { x: number; y: number }) {
  return x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
}
