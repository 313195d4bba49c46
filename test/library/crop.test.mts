import { expect } from 'chai';
import { type Box, type CropOptions, FaceDetector, type ImageInput } from 'opencv-face-detector';
import sharp from 'sharp';
import { needWeights } from '../fixtures/available.mjs';
import { drawFaces, standardPicture, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { rejection } from '../fixtures/rejection.mjs';

const contains = (part: Box, box: Box) =>
  box.x >= part.x &&
  box.y >= part.y &&
  box.x + box.width <= part.x + part.width &&
  box.y + box.height <= part.y + part.height;

describe('crop', () => {
  let detector: FaceDetector;
  before(async function () {
    needWeights(this);
    detector = await FaceDetector.create();
  });
  after(() => detector?.close());

  async function crop(input: ImageInput, options: CropOptions) {
    const made = await detector.crop(input, { format: 'png', ...options });
    const { width, height, format } = await sharp(made.data).metadata();
    expect({ width, height, format }).to.deep.equal({ width: made.width, height: made.height, format: 'png' });
    return made;
  }

  it('shows the part that it says, around all faces where they fit', async () => {
    const { faces } = await detector.detect(standardPng());
    const made = await crop(standardPng(), { width: 320, height: 200 });
    expect(made).to.deep.include({ width: 320, height: 200, part: { x: 0, y: 0, width: 800, height: 500 }, faces });
    const upper = await crop(standardPng(), { width: 400, height: 200 });
    for (const { box } of faces) expect(contains(upper.part, box)).to.equal(true);
    const { x: left, y: top, width, height } = upper.part;
    const expected = await toSharp(standardPicture())
      .extract({ left, top, width, height })
      .resize(400, 200)
      .raw()
      .toBuffer();
    const shown = await sharp(upper.data).raw().toBuffer();
    const apart = shown.reduce((sum, value, i) => sum + Math.abs(value - (expected[i] ?? 0)), 0) / shown.length;
    expect(apart).to.be.below(2);
  });

  // Looked at: heads whole, single faces with the eyes a third from the top, the three faces that fit into a square.
  it('golden parts of drawn pictures', async () => {
    const golden: [ImageInput, CropOptions, number[]][] = [
      [standardPicture(), { width: 100, height: 100 }, [240, 0, 500, 500]],
      [standardPicture(), { width: 100, height: 200 }, [437, 0, 250, 500]],
      [drawFaces(600, 300, [{ x: 450, y: 120, height: 60 }]), { width: 100, height: 100 }, [300, 0, 300, 300]],
      [drawFaces(600, 300, [{ x: 450, y: 120, height: 60 }]), { width: 50, height: 50, zoom: 1 }, [399, 77, 102, 102]],
      [drawFaces(300, 600, [{ x: 150, y: 400, height: 80 }]), { width: 300, height: 200 }, [0, 330, 300, 200]],
      [drawFaces(300, 200, []), { width: 50, height: 50, zoom: 1 }, [50, 0, 200, 200]],
    ];
    for (const [i, [input, options, [x = 0, y = 0, width = 0, height = 0]]] of golden.entries()) {
      const { part } = await crop(input, options);
      for (const [name, value] of Object.entries({ x, y, width, height }))
        expect(part[name as 'x'], `${i} ${name}`).to.be.closeTo(value, 4);
    }
  });

  it('enlarges only where asked', async () => {
    expect(await crop(standardPng(), { width: 1000, height: 1000 })).to.include({ width: 500, height: 500 });
    expect(await crop(standardPng(), { width: 1000, height: 1000, fit: 'exact' })).to.include({
      width: 1000,
      height: 1000,
    });
    const close = await crop(standardPng(), { width: 300, height: 300, zoom: 1, maxFaces: 1 });
    expect(close.part.width).to.equal(300);
  });

  it('is in pixels of the displayed image', async () => {
    const turned = await toSharp(standardPicture()).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { image, part } = await crop(turned, { width: 50, height: 80 });
    expect(image).to.deep.equal({ width: 500, height: 800 });
    expect(part).to.deep.equal({ x: 0, y: 0, width: 500, height: 800 });
  });

  it('has the focal point, which can be had alone', async () => {
    const one = drawFaces(600, 300, [{ x: 450, y: 120, height: 60 }]);
    const { focalPoint } = await crop(one, { width: 100, height: 100 });
    expect(focalPoint.x).to.be.closeTo(0.75, 0.01);
    expect(focalPoint.y).to.be.closeTo(0.4, 0.05);
    const alone = await detector.focalPoint(one);
    expect(alone.focalPoint).to.deep.equal(focalPoint);
    expect(alone).to.not.have.any.keys('data', 'part', 'format');
    expect(alone.timings).to.not.have.property('encode');
    expect(alone.faces).to.deep.equal((await detector.detect(one)).faces);
    expect((await detector.focalPoint(drawFaces(90, 60, []))).focalPoint).to.deep.equal({ x: 0.5, y: 0.5 });
  });

  it('refuses what it cannot do, by name', async () => {
    const cases: [object, RegExp][] = [
      [{}, /^crop makes one picture and needs its width and height; crops makes one of each face$/],
      [{ width: 100 }, /^crop makes one picture/],
      [{ width: 0, height: 1 }, /^width must be an integer from 1 to 8192, got 0$/],
      [{ width: 9, height: 8193 }, /^height must be/],
      [{ width: 9, height: 9, zoom: 1.1 }, /^zoom must be a number from 0 to 1/],
      [{ width: 9, height: 9, fit: 'cover' }, /^fit must be "inside" or "exact"/],
      [{ width: 8192, height: 8192 }, /^width x height must be at most 25000000 pixels, got 8192 x 8192$/],
      [{ width: 9, height: 9, size: 9 }, /^there is no option "size"/],
    ];
    for (const [options, message] of cases) {
      const error = (await rejection(detector.crop(standardPng(), options as CropOptions))) as Error;
      expect(error).to.include({ code: 'INVALID_OPTION' });
      expect(error.message).to.match(message);
    }
    expect(await rejection(detector.focalPoint(standardPng(), { width: 1 } as object))).to.include({
      code: 'INVALID_OPTION',
    });
  });
});
