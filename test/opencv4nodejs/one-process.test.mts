// Run by tools/opencv4nodejs.mjs, as mat.test.mts is.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import type { Face, FaceDetector, ImageInput } from '#dist/index.js';
import { skip } from '../fixtures/available.mjs';
import { rejection } from '../fixtures/rejection.mjs';
import { type BothPackages, drawn, first, loadBoth, project, sharesOpenCV, theirWork } from './both-packages.mjs';
import type { Mat } from './opencv.mjs';

const workerScript = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { FaceDetector } = require('node:module').createRequire(workerData.from)('opencv-face-detector');
  FaceDetector.create().then(async (detector) => {
    const { faces } = await detector.detect(workerData.bytes);
    await detector.close();
    parentPort.postMessage(faces);
  });
`;

function facesOfAWorker(bytes: Buffer): Promise<unknown> {
  const worker = new Worker(workerScript, { eval: true, workerData: { from: path.join(project, 'index.js'), bytes } });
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

describe(`@u4/opencv4nodejs in the same process, ${first} loaded first`, () => {
  let both: BothPackages;
  let detector: FaceDetector;
  let mat: Mat;
  const bytes = readFileSync(drawn);
  const facesOn = async (image: ImageInput): Promise<Face[]> => (await detector.detect(image)).faces;

  before(async () => {
    both = await loadBoth();
    detector = await both.FaceDetector.create();
    mat = both.cv.imread(drawn);
  });
  after(() => detector?.close());

  it('works while faces are searched, and neither changes what the other finds', async () => {
    const expected = await facesOn(bytes);
    for (let round = 0; round < 5; round++) {
      const [theirs, ...ours] = await Promise.all([
        Promise.all([theirWork(both.cv), theirWork(both.cv), theirWork(both.cv)]),
        ...[mat, bytes, mat.copy(), mat, bytes].map(facesOn),
      ]);
      expect(new Set(theirs)).to.deep.equal(new Set([both.undisturbed]));
      for (const faces of ours) expect(faces).to.deep.equal(expected);
    }
  });

  it("works while OpenCV's own dnn module searches", async () => {
    const byOpenCV = await both.FaceDetector.create({ engine: 'opencv' });
    try {
      const [theirs, { faces }] = await Promise.all([theirWork(both.cv), byOpenCV.detect(mat)]);
      expect(theirs).to.equal(both.undisturbed);
      expect(faces).to.have.length(4);
    } finally {
      await byOpenCV.close();
    }
  });

  it('has its own errors, and we ours', async () => {
    const damaged = Buffer.from(bytes).fill(0, 100, 2000);
    for (let round = 0; round < 3; round++) {
      expect(() => mat.resize(-1, -1)).to.throw();
      expect(await rejection(detector.detect(damaged))).to.have.property('code', 'CORRUPT_IMAGE');
      expect(await facesOn(mat)).to.have.length(4);
    }
  });

  const threads = sharesOpenCV ? "has one thread, as the system's OpenCV is set by us" : 'keeps its threads';
  it(threads, function () {
    const { cv, threadsBefore } = both;
    if (threadsBefore === undefined) skip(this, 'how many they were is only known where it is loaded first');
    expect(cv.getNumThreads()).to.equal(sharesOpenCV ? 1 : threadsBefore);
  });

  it('does not hinder our addon in worker threads', async () => {
    const work = [facesOn(mat), facesOfAWorker(bytes), facesOfAWorker(bytes)];
    const [theirs, expected, ...ofWorkers] = await Promise.all([theirWork(both.cv), ...work]);
    expect(theirs).to.equal(both.undisturbed);
    for (const faces of ofWorkers) expect(faces).to.deep.equal(expected);
  });
});
