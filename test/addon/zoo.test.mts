import path from 'node:path';
import { expect } from 'chai';
import { FaceDetector, type ModelName } from 'opencv-face-detector';
import { needPhotographs, photograph, sharedFolder } from '../fixtures/available.mjs';
import { rejection } from '../fixtures/rejection.mjs';

const modelsDir = path.join(sharedFolder, 'models');
const models = {
  yunet: { faces: 11, landmarks: true },
  'ultralight-rfb-320': { faces: 11, landmarks: false },
  'ultralight-rfb-640': { faces: 11, landmarks: false },
  'ultralight-slim-320': { faces: 10, landmarks: false },
  ssd: { faces: 9, landmarks: false },
  retinaface: { faces: 12, landmarks: true },
} satisfies Partial<Record<ModelName, object>>;

// How many faces there are by default is in test/native/zoo/golden.txt, found by numpy.
describe('FaceDetector with the models of the zoo', () => {
  for (const [model, { faces, landmarks }] of Object.entries(models)) {
    it(`${model} finds its faces by its own threshold, ${landmarks ? 'with' : 'without'} landmarks`, async function () {
      needPhotographs(this);
      await using detector = await FaceDetector.create({ model: model as ModelName, modelsDir });
      expect(detector.engine).to.equal('opencv');
      const found = await detector.detect(photograph('movie-stars.jpg'));
      expect(found.model).to.equal(model);
      expect(found.faces).to.have.length(faces);
      const keys = ['box', 'confidence', ...(landmarks ? ['landmarks'] : [])];
      for (const face of found.faces) expect(face).to.have.all.keys(keys);
      const surest = Math.max(...found.faces.map(({ confidence }) => confidence));
      const threshold = (surest + Math.min(...found.faces.map(({ confidence }) => confidence))) / 2;
      const sure = await detector.detect(photograph('movie-stars.jpg'), { threshold });
      expect(sure.faces.length).to.be.above(0).and.below(faces);
      const largest = await detector.detect(photograph('movie-stars.jpg'), { maxSide: 640, sort: 'area', maxFaces: 1 });
      expect(largest.faces).to.have.length(1);
      expect(largest.image).to.deep.equal(found.image);
    });
  }

  it('aligns crops by the landmarks of yunet; ssd has none to align by', async function () {
    needPhotographs(this);
    await using yunet = await FaceDetector.create({ model: 'yunet', modelsDir });
    const { faces } = await yunet.crops(photograph('multiface.jpg'));
    expect(faces.map(({ crop }) => [crop.width, crop.height])).to.deep.equal(Array(6).fill([112, 112]));
    await using ssd = await FaceDetector.create({ model: 'ssd', modelsDir });
    expect(await rejection(ssd.crops(photograph('multiface.jpg')))).to.have.property('code', 'INVALID_OPTION');
  });
});
