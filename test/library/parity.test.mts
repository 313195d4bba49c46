import { expect } from 'chai';
import { FaceDetector } from 'opencv-face-detector';
import { goldenAnswers, needPhotographs, needWeights, photograph, photographNames } from '../fixtures/available.mjs';
import { drawnAnswers, drawnPng } from '../fixtures/drawn-answers.mjs';
import { expectParity } from '../fixtures/parity.mjs';

for (const engine of ['fused', 'opencv'] as const) {
  describe(`parity with the replaced service, through the library, engine ${engine}`, () => {
    let detector: FaceDetector | undefined;
    before(async function () {
      needWeights(this);
      detector = await FaceDetector.create({ engine });
    });
    after(() => detector?.close());

    for (const drawn of drawnAnswers()) {
      it(drawn.name, async () => {
        expect(detector?.engine).to.equal(engine);
        const found = await detector?.detect(drawnPng(drawn), { clip: false });
        expect(found?.image).to.deep.equal({ width: drawn.width, height: drawn.height });
        expectParity(found?.faces, drawn.reference);
      });
    }
  });
}

describe('parity with the replaced service, through the library', () => {
  let detector: FaceDetector | undefined;
  after(() => detector?.close());

  for (const name of photographNames()) {
    it(name, async function () {
      needPhotographs(this);
      detector ??= await FaceDetector.create();
      const golden = goldenAnswers()[name];
      if (!golden) throw new Error(`no golden answer for ${name}`);
      const { image, faces } = await detector.detect(photograph(name), { clip: false });
      expect(image).to.deep.equal({ width: golden.width, height: golden.height });
      expectParity(faces, golden.faces);
    });
  }
});
