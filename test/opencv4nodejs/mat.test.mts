// Run by tools/opencv4nodejs.mjs, once for each addon and for each order of loading.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Face, FaceDetector, ImageInput } from '#dist/index.js';
import { needPhotographs, photograph, photographNames, sharedFolder } from '../fixtures/available.mjs';
import { rejection } from '../fixtures/rejection.mjs';
import { drawn, first, loadBoth } from './both-packages.mjs';
import type { Mat, OpenCV } from './opencv.mjs';

describe(`a Mat of @u4/opencv4nodejs, ${first} loaded first`, () => {
  let cv: OpenCV;
  let detector: FaceDetector;
  let mat: Mat;

  const facesOn = async (image: ImageInput): Promise<Face[]> => (await detector.detect(image)).faces;
  /** The same pixels by another way: as a file's bytes. */
  const facesOnPng = (image: Mat) => facesOn(cv.imencode('.png', image));

  before(async () => {
    const both = await loadBoth();
    cv = both.cv;
    detector = await both.FaceDetector.create();
    mat = cv.imread(drawn);
  });
  after(() => detector?.close());

  it('of three channels gives the answer of the file that it was read from', async () => {
    const faces = await facesOn(mat);
    expect(faces).to.have.length(4);
    expect(faces).to.deep.equal(await facesOn(readFileSync(drawn)));
  });

  for (const name of photographNames()) {
    it(`of ${name} gives the answer of the file`, async function () {
      needPhotographs(this);
      const file = path.join(sharedFolder, 'images', name);
      expect(await facesOn(cv.imread(file))).to.deep.equal(await facesOn(photograph(name)));
    });
  }

  it('of one channel is a gray image', async () => {
    const gray = mat.bgrToGray();
    expect(gray.type).to.equal(0);
    const faces = await facesOn(gray);
    expect(faces).to.have.length(4);
    expect(faces).to.deep.equal(await facesOnPng(gray));
  });

  it('of four channels is read without its alpha', async () => {
    const withAlpha = mat.cvtColor(cv.COLOR_BGR2BGRA);
    expect(withAlpha.type).to.equal(24);
    expect(await facesOn(withAlpha)).to.deep.equal(await facesOn(mat));
  });

  // getData throws on regions: the library copies them first.
  it('that is a region of another is read where it lies, and stays a region', async () => {
    const region = mat.getRegion(new cv.Rect(0, 0, 400, 500));
    expect(region.step).to.equal(mat.step);
    expect(() => region.getData()).to.throw();
    const faces = await facesOn(region);
    expect(faces).to.have.length(2);
    expect(faces).to.deep.equal(await facesOnPng(region.copy()));
    expect(region.step).to.equal(mat.step);
  });

  it('that is a region of whole rows, which have no gaps, is read where it lies', async () => {
    const lower = mat.getRegion(new cv.Rect(0, 20, mat.cols, mat.rows - 20));
    expect(() => lower.getData()).to.throw();
    const faces = await facesOn(lower);
    expect(faces).to.not.have.length(0);
    expect(faces).to.deep.equal(await facesOnPng(lower.copy()));
  });

  it('that is empty or released is refused', async () => {
    const released = mat.copy();
    released.release();
    for (const nothing of [new cv.Mat(), released]) {
      const error = await rejection(detector.detect(nothing));
      expect(error).to.include({ name: 'FaceDetectorError', code: 'INVALID_OPTION' });
      expect(error.message).to.match(/^the Mat is empty/);
    }
  });

  it('of another type is refused by its number', async () => {
    for (const wrong of [mat.convertTo(cv.CV_16U), new cv.Mat(20, 20, cv.CV_32FC3)]) {
      const error = await rejection(detector.detect(wrong));
      expect(error).to.have.property('code', 'INVALID_OPTION');
      expect(error.message).to.match(new RegExp(`CV_8UC1 .* got ${wrong.type}$`));
    }
  });

  it('may be released while it is searched', async () => {
    const expected = await facesOn(mat);
    const released = mat.copy();
    const found = facesOn(released);
    while (detector.activity.running === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    released.release();
    expect(await found).to.deep.equal(expected);
  });
});
