import { expect } from 'chai';
import { type Box, FaceDetector } from 'opencv-face-detector';
import sharp from 'sharp';
import { needWeights, skip } from '../fixtures/available.mjs';
import { drawFaces, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { rejection } from '../fixtures/rejection.mjs';

const large = toSharp(
  drawFaces(900, 600, [
    { x: 250, y: 250, height: 200 },
    { x: 620, y: 320, height: 240 },
  ]),
);
const turnedBy = (degrees: number) => large.clone().rotate(degrees).png().toBuffer();

/** Where a box of the upright picture lies in one that was turned clockwise. */
function movedBy(degrees: number, { x, y, width, height }: Box): Box {
  if (degrees === 90) return { x: 600 - y - height, y: x, width: height, height: width };
  if (degrees === 180) return { x: 900 - x - width, y: 600 - y - height, width, height };
  if (degrees === 270) return { x: y, y: 900 - x - width, width: height, height: width };
  return { x, y, width, height };
}

describe("orientation: 'auto'", () => {
  let detector: FaceDetector;
  before(async function () {
    needWeights(this);
    detector = await FaceDetector.create();
  });
  after(() => detector?.close());

  for (const degrees of [0, 90, 180, 270])
    it(`finds the faces of a picture turned by ${degrees} degrees, where they are on it`, async () => {
      const upright = await detector.detect(await turnedBy(0));
      expect(upright).to.not.have.property('turn');
      const image = await turnedBy(degrees);
      const found = await detector.detect(image, { orientation: 'auto' });
      expect(found.turn).to.equal((360 - degrees) % 360);
      expect(found.timings).to.have.property('orientation');
      expect(found.image).to.deep.equal(
        degrees % 180 === 0 ? { width: 900, height: 600 } : { width: 600, height: 900 },
      );
      expect(found.faces).to.have.length(upright.faces.length);
      for (const [i, { box, confidence }] of found.faces.entries()) {
        const expected = movedBy(degrees, upright.faces[i]?.box as Box);
        for (const side of ['x', 'y', 'width', 'height'] as const)
          expect(box[side], side).to.be.closeTo(expected[side], 1e-6);
        expect(confidence).to.equal(upright.faces[i]?.confidence);
      }
    });

  it('makes pictures that are upright, and takes the boxes of the caller as the picture is displayed', async () => {
    const options = {
      format: 'png',
      mode: 'fill',
      shape: 'box',
      regions: [{ x: 10, y: 20, width: 50, height: 40 }],
    } as const;
    const region = movedBy(90, options.regions[0]);
    const upright = await detector.redact(await turnedBy(0), options);
    const turned = await detector.redact(await turnedBy(90), { ...options, regions: [region], orientation: 'auto' });
    expect(turned.turn).to.equal(270);
    expect(turned.image).to.deep.equal({ width: 600, height: 900 });
    const { width, height } = await sharp(turned.data).metadata();
    expect({ width, height }).to.deep.equal({ width: 900, height: 600 });
    expect(Buffer.compare(turned.data, upright.data)).to.equal(0);
  });

  it('cuts faces out upright', async () => {
    const crops = async (degrees: number, options = {}) =>
      (await detector.crops(await turnedBy(degrees), { format: 'png', ...options })).faces.map(({ crop }) => crop.data);
    const upright = await crops(0);
    const turned = await crops(180, { orientation: 'auto' });
    expect(upright).to.have.length(2);
    expect(turned).to.have.length(2);
    for (const [i, data] of turned.entries()) expect(Buffer.compare(data, upright[i] as Buffer)).to.equal(0);
  });

  it('gives part and focal point of a crop in the picture as it is displayed', async () => {
    const size = { width: 200, height: 200, format: 'png' } as const;
    const upright = await detector.crop(await turnedBy(0), size);
    const turned = await detector.crop(await turnedBy(90), { ...size, orientation: 'auto' });
    expect(turned.part).to.deep.equal(movedBy(90, upright.part));
    expect(turned.focalPoint.x).to.be.closeTo(1 - upright.focalPoint.y, 1e-9);
    expect(turned.focalPoint.y).to.be.closeTo(upright.focalPoint.x, 1e-9);
    expect(Buffer.compare(turned.data, upright.data)).to.equal(0);
    const { focalPoint, turn } = await detector.focalPoint(await turnedBy(90), { orientation: 'auto' });
    expect(focalPoint).to.deep.equal(turned.focalPoint);
    expect(turn).to.equal(270);
  });

  it('comes on top of what EXIF says', async () => {
    const stored = await large.clone().rotate(180).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer();
    const { turn, image } = await detector.detect(stored, { orientation: 'auto', fastDecode: true, minFaceSize: 40 });
    expect(turn).to.equal(90);
    expect(image).to.deep.equal({ width: 600, height: 900 });
  });

  it('changes nothing of a picture that is upright, or has no faces', async () => {
    const plain = await detector.detect(standardPng());
    const found = await detector.detect(standardPng(), { orientation: 'auto' });
    expect(found.faces).to.deep.equal(plain.faces);
    expect(found.turn).to.equal(0);
    const empty = await toSharp(drawFaces(400, 300, []))
      .png()
      .toBuffer();
    expect(await detector.detect(empty, { orientation: 'auto' })).to.deep.include({ faces: [], turn: 0 });
  });

  it('needs a model with landmarks', async function () {
    if (!process.env.FACES_HAAR) skip(this, 'no Haar cascade');
    const haar = await FaceDetector.create({ model: 'haar' });
    try {
      const error = await rejection(haar.detect(standardPng(), { orientation: 'auto' }));
      expect(error).to.include({ code: 'INVALID_OPTION' });
      expect(error.message).to.match(/no landmarks to tell which way is up/);
    } finally {
      await haar.close();
    }
  });
});
