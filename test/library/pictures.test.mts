import { expect } from 'chai';
import { type Box, type Crops, FaceDetector, type ImageInput, type Picture } from 'opencv-face-detector';
import sharp from 'sharp';
import { needPhotographs, needWeights, photograph, photographNames } from '../fixtures/available.mjs';
import { standardFaces, standardPicture, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { rejection } from '../fixtures/rejection.mjs';

const modes = ['blur', 'pixelate', 'fill'] as const;
const shapes = ['ellipse', 'box'] as const;

/** Area that two boxes share, of the area that either covers. */
function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const shared = Math.max(width, 0) * Math.max(height, 0);
  return shared / (a.width * a.height + b.width * b.height - shared);
}

describe('pictures of a detector', () => {
  let detector: FaceDetector;
  let haar: FaceDetector;
  before(async function () {
    needWeights(this);
    detector = await FaceDetector.create();
  });
  after(() => Promise.all([detector?.close(), haar?.close()]));

  const metadataOf = ({ data }: { data: Buffer }) => sharp(data).metadata();

  it('come with what detect finds, render and encode among the times', async () => {
    const { faces } = await detector.detect(standardPng());
    for (const kind of ['annotate', 'redact', 'crops'] as const) {
      const made: Picture | Crops = await detector[kind](standardPng());
      expect(made).to.include({ model: 'mtcnn', format: 'png' });
      expect(made.image).to.deep.equal({ width: 800, height: 500 });
      expect(made.faces.map(({ box, confidence, landmarks }) => ({ box, confidence, landmarks }))).to.deep.equal(faces);
      expect(Object.keys(made.timings)).to.deep.equal([
        ...['queue', 'decode', 'pnet', 'rnet', 'onet', 'render', 'encode', 'total'],
      ]);
    }
  });

  it('are in the format of the image, or in the one asked for, at the quality asked for', async () => {
    const image = toSharp(standardPicture());
    const own: [ImageInput, string][] = [
      [await image.clone().jpeg().toBuffer(), 'jpeg'],
      [await image.clone().webp().toBuffer(), 'webp'],
      [await image.clone().tiff().toBuffer(), 'png'],
      [standardPicture(), 'png'],
    ];
    for (const [input, format] of own) {
      const picture = await detector.annotate(input);
      expect(picture.format).to.equal(format);
      expect(await metadataOf(picture)).to.include({ format, width: 800, height: 500 });
    }
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const { data } = await detector.redact(standardPng(), { format });
      expect(await metadataOf({ data })).to.include({ format, width: 800, height: 500 });
      const [crop] = (await detector.crops(standardPng(), { format })).faces;
      expect(await metadataOf({ data: crop?.crop.data as Buffer })).to.include({ format, width: 112, height: 112 });
      if (format === 'png') continue;
      const rough = await detector.redact(standardPng(), { format, quality: 10 });
      expect(rough.data.byteLength).to.be.below(data.byteLength);
    }
  });

  it('hold nothing of what stood beside the pixels, and are upright', async () => {
    const source = toSharp(standardPicture()).withMetadata({ orientation: 6, exif: { IFD0: { Copyright: 'Nobody' } } });
    const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r>Nobody</r></x:xmpmeta>';
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const input = await source.clone().withXmp(xmp).withIccProfile('p3').toFormat(format).toBuffer();
      expect(await sharp(input).metadata()).to.include.keys('exif', 'xmp', 'icc');
      for (const picture of [await detector.annotate(input), await detector.redact(input)]) {
        expect(picture.format).to.equal(format);
        expect(picture.image).to.deep.equal({ width: 500, height: 800 });
        const metadata = await metadataOf(picture);
        expect(metadata).to.include({ width: 500, height: 800 });
        expect(metadata).to.not.have.any.keys('exif', 'xmp', 'icc', 'iptc', 'orientation', 'comments');
      }
    }
  });

  it('keep alpha in PNG and WebP and show it on white in JPEG', async () => {
    const transparent = { create: { width: 60, height: 40, channels: 4 as const, background: '#f000' } };
    const png = await sharp(transparent).png().toBuffer();
    const pixel = async (format: 'jpeg' | 'png' | 'webp') => {
      const { data } = await detector.redact(png, { format });
      const { data: raw, info } = await sharp(data).raw().toBuffer({ resolveWithObject: true });
      return [...raw.subarray(0, info.channels)];
    };
    expect(await pixel('png')).to.deep.equal([255, 0, 0, 0]);
    expect((await pixel('webp'))[3]).to.equal(0);
    expect(await pixel('jpeg')).to.deep.equal([255, 255, 255]);
  });

  it('without faces are the image, and no crops', async () => {
    const blank = sharp({ create: { width: 200, height: 100, channels: 3, background: '#876' } });
    const redacted = await detector.redact(await blank.clone().png().toBuffer());
    expect(redacted.faces).to.deep.equal([]);
    expect(await sharp(redacted.data).raw().toBuffer()).to.deep.equal(await blank.clone().raw().toBuffer());
    expect((await detector.crops(await blank.clone().png().toBuffer())).faces).to.deep.equal([]);
  });

  it('leave lent pixels as they are', async () => {
    const picture = standardPicture();
    await detector.redact(picture, { mode: 'fill' });
    expect(picture.data).to.deep.equal(standardPicture().data);
  });

  it('crop each face, aligned or plain', async () => {
    const { faces } = await detector.crops(standardPng());
    expect(faces).to.have.length(standardFaces.length);
    for (const { crop } of faces) {
      expect(crop).to.include({ width: 112, height: 112 });
      // The eyes of the template are dark here, the forehead between and above them is not.
      const gray = await sharp(crop.data).greyscale().raw().toBuffer();
      const at = (x: number, y: number) => gray[y * 112 + x] ?? 0;
      expect(Math.min(at(38, 52), at(74, 52))).to.be.below(at(56, 30));
    }
    const large = await detector.crops(standardPng(), { size: 200, maxFaces: 1 });
    expect(large.faces[0]?.crop).to.include({ width: 200, height: 200 });
    const plain = await detector.crops(standardPng(), { align: false, margin: 0.5 });
    for (const { box, crop } of plain.faces) {
      expect(crop.width).to.be.at.most(Math.ceil(2 * box.width) + 1);
      expect(await metadataOf(crop)).to.include({ width: crop.width, height: crop.height });
    }
    const sized = await detector.crops(standardPng(), { align: false, size: 64 });
    for (const { crop } of sized.faces) expect(Math.max(crop.width, crop.height)).to.equal(64);
  });

  it('refuse options that they do not have, by name', async () => {
    const cases: [() => Promise<unknown>, RegExp][] = [
      [() => detector.annotate(standardPng(), { format: 'gif' as 'png' }), /^format must be "jpeg" or "png" or "webp"/],
      [() => detector.annotate(standardPng(), { quality: 0 }), /^quality must be an integer from 1 to 100/],
      [() => detector.annotate(standardPng(), { mode: 'blur' } as object), /^there is no option "mode"/],
      [() => detector.redact(standardPng(), { margin: 1.1 }), /^margin must be a number from 0 to 1/],
      [
        () => detector.redact(standardPng(), { mode: 'smear' as 'blur' }),
        /^mode must be "blur" or "pixelate" or "fill"/,
      ],
      [() => detector.redact(standardPng(), { minFaceSize: 1 }), /^minFaceSize must be/],
      [() => detector.crops(standardPng(), { size: 15 }), /^size must be an integer from 16 to 1024/],
      [() => detector.crops(standardPng(), { margin: 0.1 }), /^margin is for plain crops: give align=false/],
      [
        () => detector.crops(standardPng(), { size: 1024, maxPixels: 800 * 500 }),
        /^the crops of 4 faces have more than/,
      ],
      [() => detector.detect(standardPng(), { format: 'png' } as object), /^there is no option "format"/],
    ];
    for (const [call, message] of cases) {
      const error = (await rejection(call())) as Error;
      expect(error).to.include({ name: 'FaceDetectorError', code: 'INVALID_OPTION' });
      expect(error.message).to.match(message);
    }
  });

  it('refuse sides that the format cannot have, and bytes that are no image, as detect does', async () => {
    const wide = { data: new Uint8Array(20_000 * 2 * 3), width: 20_000, height: 2, channels: 3, order: 'rgb' } as const;
    const error = (await rejection(detector.annotate(wide, { format: 'webp' }))) as Error;
    expect(error).to.include({ code: 'INVALID_OPTION' });
    expect(error.message).to.match(/^WebP pictures may have 16383 pixels a side/);
    expect(await rejection(detector.redact(Buffer.from('text')))).to.include({ code: 'UNSUPPORTED_FORMAT' });
    expect(await rejection(detector.redact(Buffer.alloc(0)))).to.include({ code: 'EMPTY_IMAGE' });
  });

  it('end with the reason of their signal', async () => {
    const data = new Uint8Array(4000 * 4000 * 3);
    const image = { data, width: 4000, height: 4000, channels: 3, order: 'rgb' } as const;
    for (const kind of ['annotate', 'redact', 'crops'] as const) {
      const controller = new AbortController();
      const failed = rejection(detector[kind](image, { signal: controller.signal }));
      const reason = new Error('enough');
      setImmediate(() => controller.abort(reason));
      expect(await failed).to.equal(reason);
    }
  });

  it('of haar have no points, and nothing to align by', async () => {
    haar = await FaceDetector.create({ model: 'haar' });
    expect((await haar.annotate(standardPng())).faces.length).to.be.above(1);
    const error = (await rejection(haar.crops(standardPng()))) as Error;
    expect(error.message).to.equal('this model gives no landmarks to align by: give align=false');
    const { faces } = await haar.crops(standardPng(), { align: false });
    expect(faces[0]?.crop.data.byteLength).to.be.above(100);
  });

  /** The most that any face found on a redacted picture overlaps with one that was hidden. */
  async function foundAgain(input: ImageInput, options: Parameters<FaceDetector['redact']>[1]): Promise<number> {
    const { faces: hidden, data } = await detector.redact(input, options);
    const { faces: found } = await detector.detect(data);
    return Math.max(0, ...found.flatMap((face) => hidden.map(({ box }) => overlap(face.box, box))));
  }

  // Two boxes are commonly taken for the same face from 0.5 on.
  it('hide drawn faces so that none is found again', async () => {
    expect((await detector.detect(standardPng())).faces).to.have.length(standardFaces.length);
    for (const mode of modes) {
      for (const shape of shapes) {
        expect(await foundAgain(standardPng(), { mode, shape }), `${mode} ${shape}`).to.be.below(0.3);
      }
    }
  });

  describe('hide what they are asked to', () => {
    const black = { mode: 'fill', shape: 'box', margin: 0, format: 'png' } as const;
    /** Whether the middle of a box is black. */
    async function isHidden(data: Buffer, { x, y, width, height }: Box): Promise<boolean> {
      const [left, top] = [Math.floor(x + width / 2), Math.floor(y + height / 2)];
      const pixel = await sharp(data).extract({ left, top, width: 1, height: 1 }).raw().toBuffer();
      return pixel.subarray(0, 3).every((value) => value === 0);
    }
    async function hidden(options: Parameters<FaceDetector['redact']>[1]): Promise<boolean[]> {
      const { data, faces } = await detector.redact(standardPng(), { ...black, ...options });
      return Promise.all(faces.map(({ box }) => isHidden(data, box)));
    }

    it('all faces but some, or only some, by index or box', async () => {
      const boxes = (await detector.detect(standardPng())).faces.map(({ box }) => box);
      const [first, second] = boxes as [Box, Box];
      expect(await hidden({})).to.deep.equal([true, true, true, true]);
      expect(await hidden({ except: [0, 2] })).to.deep.equal([false, true, false, true]);
      expect(await hidden({ only: [0, 2] })).to.deep.equal([true, false, true, false]);
      const near = { ...second, x: second.x + second.width / 5 };
      expect(await hidden({ except: [first, near] })).to.deep.equal([false, false, true, true]);
      expect(await hidden({ only: [near, 3] })).to.deep.equal([false, true, false, true]);
      expect(await hidden({ except: [] })).to.deep.equal([true, true, true, true]);
      expect(await hidden({ only: [] })).to.deep.equal([false, false, false, false]);
    });

    it('regions, also where there is no face, in pixels of the displayed image', async () => {
      const blank = sharp({ create: { width: 200, height: 100, channels: 3, background: '#876' } });
      const region = { x: 150, y: 20, width: 40.5, height: 10 };
      const { data, faces } = await detector.redact(await blank.clone().png().toBuffer(), {
        ...black,
        regions: [region],
      });
      expect(faces).to.deep.equal([]);
      const patch = { create: { width: 41, height: 10, channels: 3 as const, background: '#000' } };
      const input = await sharp(patch).png().toBuffer();
      const expected = await blank
        .clone()
        .composite([{ input, left: 150, top: 20 }])
        .removeAlpha()
        .raw()
        .toBuffer();
      expect((await sharp(data).raw().toBuffer()).equals(expected)).to.equal(true);
      // Stored on its side.
      const turned = await blank.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer();
      const upright = { x: 60, y: 180, width: 30, height: 15 };
      const { data: made } = await detector.redact(turned, { ...black, regions: [upright] });
      expect(await isHidden(made, upright)).to.equal(true);
    });

    // A face would be left visible by mistake, or what was to be hidden would not be.
    it('or refuse a choice that means no face, and a region outside', async () => {
      const cases: [Parameters<FaceDetector['redact']>[1], RegExp][] = [
        [{ except: [4] }, /^except: there is no face number 5 \(index 4\), 4 faces were found$/],
        [{ only: [0, 9] }, /^only: there is no face number 10 \(index 9\), 4 faces were found$/],
        [{ except: [0], maxFaces: 1, minFaceSize: 400 }, /no face was found$/],
        [{ except: [{ x: 1, y: 2, width: 3, height: 4 }] }, /^except: no face is where the box 1,2,3,4 is, 4 faces/],
        [{ except: [{ x: 0, y: 0, width: 800, height: 500 }] }, /^except: no face is where the box/],
        [{ only: [{ x: 900, y: 0, width: 80, height: 50 }] }, /^only: no face is where the box/],
        [{ except: [0], only: [1] }, /^except and only exclude each other/],
        [
          { regions: [{ x: 800, y: 0, width: 5, height: 5 }] },
          /^regions: the box 800,0,5,5 is outside the image of 800 x/,
        ],
        [{ regions: [{ x: 0, y: 0, width: 0, height: 5 }] }, /^regions must be up to 100 boxes in pixels/],
        [{ regions: [0 as unknown as Box] }, /^regions must be/],
        [
          { except: Array.from({ length: 101 }, () => 0) },
          /^except must be up to 100 faces by number, from 0, or boxes/,
        ],
        [{ except: [0.5] }, /^except must be/],
      ];
      for (const [options, message] of cases) {
        const error = (await rejection(detector.redact(standardPng(), options))) as Error;
        expect(error).to.include({ name: 'FaceDetectorError', code: 'INVALID_OPTION' });
        expect(error.message).to.match(message);
      }
      expect(await rejection(detector.annotate(standardPng(), { except: [0] } as object))).to.include({
        code: 'INVALID_OPTION',
      });
    });
  });

  describe('hide the faces of photographs so that none is found again', () => {
    before(function () {
      needPhotographs(this);
    });
    for (const name of photographNames()) {
      it(name, async () => {
        for (const mode of modes) {
          for (const shape of shapes) {
            expect(await foundAgain(photograph(name), { mode, shape }), `${mode} ${shape}`).to.be.below(0.3);
          }
        }
      });
    }
  });
});
