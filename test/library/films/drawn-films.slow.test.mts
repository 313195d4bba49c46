import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { FaceDetector } from 'opencv-face-detector';
import { needWeights, sharedFolder, skip } from '../../fixtures/available.mjs';
import { figures, searchScene, trackScene } from '../../fixtures/evaluate-films-modules.mjs';
import { scenes } from '../../fixtures/films.mjs';

const modelsDir = path.join(sharedFolder, 'models');

for (const model of ['mtcnn', 'yunet'] as const) {
  describe(`all films drawn by code, followed by ${model}`, () => {
    let detector: FaceDetector;
    before(async function () {
      if (model === 'mtcnn') needWeights(this);
      else if (!existsSync(path.join(modelsDir, model))) skip(this, `weights of ${model} missing`);
      detector = await FaceDetector.create({ model, ...(model !== 'mtcnn' && { modelsDir }) });
    });
    after(() => detector?.close());

    for (const scene of scenes) {
      it(`show no face that was found once: ${scene.name}`, async () => {
        const searched = await searchScene(detector, scene);
        for (const every of [1, 3]) {
          const { visible, jitter, unknown } = figures(searched, await trackScene(detector, scene, every));
          const isOften = scene.name === 'single frames' && every === 3;
          expect(unknown).to.deep.equal(isOften ? ['at 50'] : []); // 50 is no multiple of 3
          expect(visible.after.core, `every ${every}`).to.equal(0);
          expect(visible.after.area).to.be.below(2.5);
          expect(jitter.hidden.size).to.be.below(jitter.found.size);
        }
      });
    }
  });
}
