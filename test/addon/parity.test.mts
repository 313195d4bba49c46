import { expect } from 'chai';
import { type Detection, FaceDetector } from 'opencv-face-detector';
import { goldenAnswers, needPhotographs, photograph, photographNames } from '../fixtures/available.mjs';

// Tolerance of the parity with the replaced service, on every coordinate and on the confidence.
const pixels = 1;
const confidence = 0.002;

function expectGolden(found: Detection, name: string): void {
  const golden = goldenAnswers()[name];
  if (!golden) throw new Error(`no golden answer for ${name}`);
  expect(found.image).to.deep.equal({ width: golden.width, height: golden.height });
  expect(found.faces).to.have.length(golden.faces.length);
  for (const [i, face] of found.faces.entries()) {
    const expected = golden.faces[i];
    if (!expected || !face.landmarks) throw new Error('a face without its counterpart');
    const { x, y, width, height } = face.box;
    for (const [k, corner] of [x, y, x + width, y + height].entries())
      expect(corner).to.be.closeTo(expected.box[k] as number, pixels);
    expect(face.confidence).to.be.closeTo(expected.confidence, confidence);
    const { leftEye, rightEye, nose, mouthLeft, mouthRight } = face.landmarks;
    const { left_eye, right_eye, nose: goldenNose, mouth_left, mouth_right } = expected.landmarks;
    const points = [leftEye, rightEye, nose, mouthLeft, mouthRight];
    for (const [k, point] of [left_eye, right_eye, goldenNose, mouth_left, mouth_right].entries()) {
      expect(points[k]?.x).to.be.closeTo(point[0], pixels);
      expect(points[k]?.y).to.be.closeTo(point[1], pixels);
    }
  }
}

describe('parity with the replaced service, through the library', () => {
  let detector: FaceDetector | undefined;
  after(() => detector?.close());

  for (const name of photographNames()) {
    it(name, async function () {
      needPhotographs(this);
      detector ??= await FaceDetector.create();
      expectGolden(await detector.detect(photograph(name), { clip: false }), name);
    });
  }
});
