import path from 'node:path';
import { expect } from 'chai';
import { FaceDetector, type ModelName } from 'opencv-face-detector';
import { needPhotographs, needWeights, photograph, sharedFolder } from '../fixtures/available.mjs';
import { standardPicture } from '../fixtures/drawn-faces.mjs';
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

// How many faces there are by default is in test/native/models/golden.txt, found by numpy.
describe('FaceDetector with the other models', () => {
  for (const [model, { faces, landmarks }] of Object.entries(models)) {
    it(`${model} finds its faces by its own threshold, ${landmarks ? 'with' : 'without'} landmarks`, async function () {
      needPhotographs(this);
      await using detector = await FaceDetector.create({ model: model as ModelName, modelsDir });
      expect(detector.engine).to.equal(model === 'yunet' ? 'fused' : 'opencv');
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

  it('yunet gives the same faces by either engine, and the same numbers from two threads', async function () {
    needPhotographs(this);
    const options = { model: 'yunet', modelsDir } as const;
    await using fused = await FaceDetector.create(options);
    await using shared = await FaceDetector.create({ ...options, threads: 2 });
    await using opencv = await FaceDetector.create({ ...options, engine: 'opencv' });
    expect([fused, shared, opencv].map(({ engine }) => engine)).to.deep.equal(['fused', 'fused', 'opencv']);
    for (const name of ['multiface.jpg', 'portrait-1638x2048.jpg']) {
      const { faces } = await fused.detect(photograph(name));
      expect((await shared.detect(photograph(name))).faces).to.deep.equal(faces);
      const expected = (await opencv.detect(photograph(name))).faces;
      expect(faces).to.have.length(expected.length);
      for (const [i, { box, confidence }] of faces.entries()) {
        expect(confidence).to.be.closeTo(expected[i]?.confidence ?? 0, 1e-4);
        for (const side of ['x', 'y', 'width', 'height'] as const)
          expect(box[side]).to.be.closeTo(expected[i]?.box[side] ?? 0, 0.01);
      }
    }
  });

  it('aligns crops by the landmarks of yunet; ssd has none to align by', async function () {
    needPhotographs(this);
    await using yunet = await FaceDetector.create({ model: 'yunet', modelsDir });
    const { faces } = await yunet.crops(photograph('multiface.jpg'));
    expect(faces.map(({ crop }) => [crop.width, crop.height])).to.deep.equal(Array(6).fill([112, 112]));
    await using ssd = await FaceDetector.create({ model: 'ssd', modelsDir });
    expect(await rejection(ssd.crops(photograph('multiface.jpg')))).to.have.property('code', 'INVALID_OPTION');
  });
});

describe('FaceDetector with several models', () => {
  it('searches with the one that a call names, else with the default', async function () {
    needWeights(this);
    await using detector = await FaceDetector.create({ models: ['haar', 'mtcnn', 'haar'], model: 'mtcnn' });
    expect(detector.models.map(({ name }) => name)).to.deep.equal(['mtcnn', 'haar']);
    const found = await Promise.all(
      [undefined, 'haar', 'mtcnn', 'haar'].map((model) =>
        detector.detect(standardPicture(), { model: model as ModelName | undefined }),
      ),
    );
    expect(found.map(({ model }) => model)).to.deep.equal(['mtcnn', 'haar', 'mtcnn', 'haar']);
    for (const [i, { faces }] of found.entries()) {
      for (const face of faces) expect('landmarks' in face).to.equal(i % 2 === 0);
    }
    expect(found[2]?.faces).to.deep.equal(found[0]?.faces);
  });

  it('lets them share its slots', async function () {
    needWeights(this);
    await using detector = await FaceDetector.create({ models: ['mtcnn', 'haar'], slots: 1 });
    let most = 0;
    const onStart = () => {
      most = Math.max(most, detector.activity.running);
    };
    const calls = (['mtcnn', 'haar', 'mtcnn', 'haar'] as const).map((model) =>
      detector.detect(standardPicture(), { model, onStart }),
    );
    expect(detector.activity).to.include({ waiting: 3 });
    await Promise.all(calls);
    expect(most).to.equal(1);
  });

  it('refuses one that is not loaded, or not known', async () => {
    await using haar = await FaceDetector.create({ models: ['haar'] });
    expect(haar.model).to.equal('haar');
    const refused = await rejection(haar.detect(standardPicture(), { model: 'mtcnn' }));
    expect(refused).to.have.property('code', 'INVALID_OPTION');
    expect(refused.message).to.equal('model must be one of those loaded, haar, got "mtcnn"');
    for (const models of [['nonsense'], 'haar', [undefined], {}]) {
      const error = await rejection(FaceDetector.create({ models } as object));
      expect(error, JSON.stringify(models)).to.have.property('code', 'INVALID_OPTION');
    }
  });
});
