import { expect } from 'chai';
import { FaceDetector, type FaceQuality, type ImageInput } from 'opencv-face-detector';
import { needWeights } from '../fixtures/available.mjs';
import { drawFaces, standardPicture, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { rejection } from '../fixtures/rejection.mjs';
import { turnedFace } from '../fixtures/turned-face.mjs';

const names = ['roll', 'yaw', 'pitch', 'sharpness', 'brightness', 'size'];

describe('the quality of faces', () => {
  let detector: FaceDetector;
  let haar: FaceDetector;
  before(async function () {
    needWeights(this);
    detector = await FaceDetector.create();
  });
  after(() => Promise.all([detector?.close(), haar?.close()]));

  async function qualityOf(image: ImageInput, options: object = {}): Promise<FaceQuality> {
    const { faces } = await detector.detect(image, { faceQuality: true, maxFaces: 1, ...options });
    expect(faces).to.have.length(1);
    return faces[0]?.quality as FaceQuality;
  }

  it('comes with each face if asked for, and changes nothing else', async () => {
    const plain = await detector.detect(standardPng());
    const measured = await detector.detect(standardPng(), { faceQuality: true });
    expect(plain).to.not.have.property('leftOut');
    expect(measured).to.not.have.property('leftOut');
    expect(measured.timings).to.have.property('quality');
    expect(measured.faces.map(({ quality: _new, ...face }) => face)).to.deep.equal(plain.faces);
    for (const { quality, landmarks } of measured.faces) {
      expect(Object.keys(quality ?? {})).to.deep.equal(names);
      const { leftEye, rightEye } = landmarks as {
        leftEye: { x: number; y: number };
        rightEye: { x: number; y: number };
      };
      expect(quality?.size).to.be.closeTo(Math.hypot(rightEye.x - leftEye.x, rightEye.y - leftEye.y), 1e-9);
    }
    for (const kind of ['annotate', 'redact', 'crops'] as const) {
      const { faces } = await detector[kind](standardPng(), { faceQuality: true });
      expect(faces.map(({ quality }) => quality)).to.deep.equal(measured.faces.map(({ quality }) => quality));
    }
  });

  it('has the roll of a picture that is turned', async () => {
    const face = drawFaces(300, 300, [{ x: 150, y: 150, height: 150 }]);
    for (const degrees of [-30, -15, 0, 10, 30]) {
      const turned = await toSharp(face).rotate(degrees, { background: '#8c8278' }).png().toBuffer();
      const { roll } = await qualityOf(turned);
      expect(roll, `${degrees}`).to.be.closeTo(degrees, 5);
    }
  });

  // What the documentation says of how coarse they are.
  it('has yaw within 10 degrees of a drawn head turned by up to 45, with its sign', async () => {
    for (const degrees of [-45, -30, -15, 0, 15, 30, 45]) {
      const { yaw, pitch } = await qualityOf(turnedFace(300, 'yaw', degrees), { minFaceSize: 60 });
      expect(yaw, `${degrees}`).to.be.closeTo(degrees, 10);
      expect(Math.abs(pitch), `${degrees}`).to.be.below(10);
    }
  });

  it('has pitch within 15 degrees of a drawn head turned by up to 30, with its sign', async () => {
    for (const degrees of [-30, -15, 0, 15, 30]) {
      const { yaw, pitch } = await qualityOf(turnedFace(300, 'pitch', degrees), { minFaceSize: 60 });
      expect(pitch, `${degrees}`).to.be.closeTo(degrees, 15);
      if (degrees !== 0) expect(Math.sign(pitch)).to.equal(Math.sign(degrees));
      expect(Math.abs(yaw), `${degrees}`).to.be.below(10);
    }
  });

  it('has a sharpness that falls with blur and not with size, and the brightness of the picture', async () => {
    const face = drawFaces(600, 600, [{ x: 300, y: 300, height: 400 }]);
    const options = { minFaceSize: 60 };
    const sharp = await qualityOf(face, options);
    const half = await qualityOf(await toSharp(face).resize(300).png().toBuffer(), options);
    expect(half.sharpness / sharp.sharpness).to.be.within(0.5, 2);
    expect(half.size / sharp.size).to.be.closeTo(0.5, 0.03);
    let before = sharp.sharpness;
    for (const sigma of [3, 6, 12]) {
      const { sharpness } = await qualityOf(await toSharp(face).blur(sigma).png().toBuffer(), options);
      expect(sharpness).to.be.below(0.7 * before);
      before = sharpness;
    }
    const dark = await qualityOf(await toSharp(face).linear(0.5, 0).png().toBuffer(), options);
    expect(dark.brightness / sharp.brightness).to.be.closeTo(0.5, 0.03);
  });

  it('is that of the whole image, though the search sees it shrunk', async () => {
    const face = drawFaces(1200, 1200, [{ x: 600, y: 600, height: 800 }]);
    const whole = await qualityOf(face, { minFaceSize: 200 });
    const shrunk = await qualityOf(face, { minFaceSize: 200, maxSide: 200 });
    expect(shrunk.size).to.be.closeTo(whole.size, 20);
    expect(shrunk.sharpness / whole.sharpness).to.be.within(0.7, 1.4);
    const jpeg = await toSharp(face).jpeg({ quality: 95 }).toBuffer();
    const reduced = await qualityOf(jpeg, { minFaceSize: 200, maxSide: 300, fastDecode: true });
    expect(reduced.size).to.be.closeTo(whole.size, 20);
  });

  it('limits which faces are answered, and counts the others', async () => {
    const { faces } = await detector.detect(standardPng(), { faceQuality: true });
    const bySharpness = faces.map(({ quality }) => quality?.sharpness ?? 0).sort((a, b) => a - b);
    const minSharpness = bySharpness[2] as number;
    const sharp = await detector.detect(standardPng(), { minSharpness });
    expect(sharp.faces).to.have.length(2);
    expect(sharp.leftOut).to.equal(2);
    expect(sharp.faces[0]).to.not.have.property('quality');
    const first = await detector.detect(standardPng(), { minSharpness, maxFaces: 1, sort: 'area' });
    expect(first.faces).to.deep.equal([sharp.faces.sort((a, b) => b.box.width - a.box.width)[0]]);
    expect(first.leftOut).to.equal(2);
    const aside = turnedFace(300, 'yaw', 40);
    expect(await detector.detect(aside, { maxYaw: 20, minFaceSize: 60 })).to.deep.include({ faces: [], leftOut: 1 });
    expect((await detector.detect(aside, { maxYaw: 60, minFaceSize: 60 })).faces).to.have.length(1);
    const tilted = await toSharp(standardPicture()).rotate(25, { background: '#8c8278' }).png().toBuffer();
    const { faces: all } = await detector.detect(tilted);
    expect(await detector.detect(tilted, { maxRoll: 10 })).to.deep.include({ faces: [], leftOut: all.length });
    expect((await detector.crops(standardPng(), { minSharpness })).faces).to.have.length(2);
  });

  // A blurred face is a face: left out, it would be published.
  it('never keeps a face from being hidden', async () => {
    const picky = await FaceDetector.create({ minSharpness: 1_000_000, maxYaw: 1 });
    try {
      expect((await picky.detect(standardPng())).faces).to.deep.equal([]);
      const { data, faces } = await picky.redact(standardPng());
      expect(faces).to.have.length(4);
      expect((await detector.detect(data)).faces).to.deep.equal([]);
    } finally {
      await picky.close();
    }
    const error = (await rejection(detector.redact(standardPng(), { maxYaw: 20 } as object))) as Error;
    expect(error).to.include({ code: 'INVALID_OPTION' });
    expect(error.message).to.match(/^there is no option "maxYaw"/);
  });

  it('needs landmarks', async () => {
    haar = await FaceDetector.create({ model: 'haar' });
    for (const options of [{ faceQuality: true }, { maxRoll: 20 }, { maxYaw: 20 }, { minSharpness: 1 }]) {
      const error = (await rejection(haar.detect(standardPng(), options))) as Error;
      expect(error).to.include({ code: 'INVALID_OPTION' });
      expect(error.message).to.equal('this model gives no landmarks to measure faces by');
    }
    expect((await haar.detect(standardPng(), { faceQuality: false, maxRoll: 180 })).faces.length).to.be.above(1);
  });
});
