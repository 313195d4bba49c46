import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { type Detection, FaceDetector } from 'opencv-face-detector';
import sharp, { type Sharp } from 'sharp';
import { decodeOptional } from '#dist/library/optional-formats/decode.js';
import { decodeHeic } from '#dist/library/optional-formats/decode-heic.js';
import { probe } from '#dist/library/probe.js';
import { needWeights } from '../../fixtures/available.mjs';
import { standardPicture, standardPng, toSharp } from '../../fixtures/drawn-faces.mjs';
import { type Property, withProperties } from '../../fixtures/heif-boxes.mjs';
import { heicFile, optionalFiles } from '../../fixtures/optional-files.mjs';
import { rejection, thrown } from '../../fixtures/rejection.mjs';

const usual = { maxPixels: 50_000_000, keepsAlpha: false, signal: undefined };

async function decoded(bytes: Uint8Array, options: Partial<typeof usual> = {}) {
  const image = await decodeOptional(bytes, { ...usual, ...options });
  if (!image) throw new Error('it is none of these formats');
  return image.pixels;
}

/** Mean difference of two pictures' values, and of their absolute ones. */
function differences(one: Uint8Array, other: Uint8Array): { bias: number; distance: number } {
  expect(one.byteLength).to.equal(other.byteLength);
  let bias = 0;
  let distance = 0;
  for (const [i, value] of one.entries()) {
    const difference = value - (other[i] as number);
    bias += difference;
    distance += Math.abs(difference);
  }
  return { bias: bias / one.byteLength, distance: distance / one.byteLength };
}

const places = ({ faces }: Pick<Detection, 'faces'>) => [...faces].sort((a, b) => a.box.x - b.box.x);

describe('HEIC, AVIF and GIF', () => {
  let files: Record<'heic' | 'avif' | 'gif', Buffer>;
  const deepAvif = () => toSharp(standardPicture()).toColourspace('rgb16').avif({ bitdepth: 10, effort: 2 }).toBuffer();
  before(async () => {
    files = await optionalFiles();
  });

  describe('are decoded to pixels', () => {
    it('of the picture that was encoded, of 8 or 10 bits, within what the coding loses', async () => {
      const all: [string, Buffer, number][] = [
        ['HEIC', files.heic, 1],
        ['HEIC of 10 bits', heicFile('10-bit'), 1.5],
        ['AVIF', files.avif, 1],
        ['AVIF of 10 bits', await deepAvif(), 1.5],
        ['GIF', files.gif, 2],
      ];
      for (const [name, bytes, most] of all) {
        const { data, width, height, channels, isRgb } = await decoded(bytes);
        expect({ width, height, channels, isRgb }, name).to.deep.equal({
          width: 800,
          height: 500,
          channels: 3,
          isRgb: true,
        });
        const { bias, distance } = differences(data, standardPicture().data);
        expect(distance, name).to.be.below(most);
        expect(Math.abs(bias), name).to.be.below(0.5);
      }
    });

    // The properties' own meaning, in sharp's words.
    const turns: [Property[], (image: Sharp) => Sharp][] = [
      [[['irot', 1]], (image) => image.rotate(270)],
      [[['irot', 2]], (image) => image.rotate(180)],
      [[['irot', 3]], (image) => image.rotate(90)],
      [[['imir', 0]], (image) => image.flip()],
      [[['imir', 1]], (image) => image.flop()],
    ];
    const pairs: Property[] = [
      ['irot', 1],
      ['imir', 1],
    ];
    it('turned and mirrored once, by their own properties', async () => {
      for (const format of ['heic', 'avif'] as const) {
        const plain = await decoded(files[format]);
        const raw = { raw: { width: plain.width, height: plain.height, channels: 3 } } as const;
        for (const [properties, apply] of turns) {
          const turned = withProperties(files[format], ...properties);
          const { data, width, height } = await decoded(turned);
          const name = `${format} ${JSON.stringify(properties)}`;
          expect(probe(turned), name).to.include({ format, width, height });
          const expected = await apply(sharp(plain.data, raw)).raw().toBuffer();
          expect(differences(data, expected).distance, name).to.be.below(0.5);
        }
        // One after another: the other way round it would be the other diagonal.
        const left = await sharp(plain.data, raw).rotate(270).toBuffer({ resolveWithObject: true });
        const { width, height } = left.info;
        const expected = await sharp(left.data, { raw: { width, height, channels: 3 } })
          .flop()
          .raw()
          .toBuffer();
        const both = await decoded(withProperties(files[format], ...pairs));
        expect(differences(both.data, expected).distance, format).to.be.below(0.5);
      }
    });

    it('not turned by EXIF, which the standard leaves to the properties', async () => {
      const { width, height } = await decoded(heicFile('exif-6'));
      expect({ width, height }).to.deep.equal({ width: 160, height: 100 });
      expect(probe(heicFile('exif-6'))).to.include({ width: 160, height: 100 });
    });

    it('with alpha where a picture is made of them', async () => {
      const clear = toSharp(standardPicture()).resize(160, 100).ensureAlpha(0.5);
      for (const bytes of [heicFile('alpha'), await clear.avif().toBuffer()]) {
        const { data, channels } = await decoded(bytes, { keepsAlpha: true });
        expect(channels).to.equal(4);
        expect(data.filter((_, i) => i % 4 === 3).every((alpha) => Math.abs(alpha - 128) < 4)).to.equal(true);
        expect((await decoded(bytes)).channels).to.equal(3);
      }
    });

    it('of a colour profile and of gray, as sRGB', async () => {
      const wide = await sharp({ create: { width: 32, height: 32, channels: 3, background: { r: 200, g: 80, b: 60 } } })
        .withIccProfile('p3')
        .avif({ quality: 100 })
        .toBuffer();
      const { data } = await decoded(wide);
      for (const [i, value] of [200, 80, 60].entries()) expect(data[i]).to.be.closeTo(value, 4);
      const gray = await toSharp(standardPicture()).resize(80, 50).toColourspace('b-w').avif().toBuffer();
      expect((await decoded(gray)).channels).to.equal(3);
    });
  });

  describe('of a GIF', () => {
    const colours = (...shades: number[]) => {
      const data = Buffer.from(shades.flatMap((shade) => Array(10 * 10 * 3).fill(shade)));
      return sharp(data, { raw: { width: 10, height: 10 * shades.length, channels: 3, pageHeight: 10 } });
    };
    const at = ({ data, width, channels }: Awaited<ReturnType<typeof decoded>>, x: number, y: number) => [
      ...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels),
    ];

    it('the first frame counts, whatever comes behind it', async () => {
      const whole = await colours(200, 100, 50)
        .gif({ delay: [10, 10, 10] })
        .toBuffer();
      const descriptor = (from: number) => whole.indexOf(Buffer.of(0x2c, 0, 0, 0, 0, 10, 0, 10, 0), from);
      const second = descriptor(descriptor(0) + 1);
      expect(second).to.be.above(0);
      for (const bytes of [whole, whole.subarray(0, second + 12), whole.subarray(0, -1)])
        expect(at(await decoded(bytes), 5, 5)).to.deep.equal([200, 200, 200]);
    });

    it('a frame lies on its canvas: black for the search, clear in pictures', async () => {
      const bytes = await colours(200).gif().toBuffer();
      // 640 x 480 is a canvas that libnsgif does not believe in.
      for (const [width, height] of [
        [640, 480],
        [30, 20],
      ] as const) {
        const onCanvas = Buffer.from(bytes);
        onCanvas.writeUInt16LE(width, 6);
        onCanvas.writeUInt16LE(height, 8);
        const descriptor = onCanvas.indexOf(Buffer.of(0x2c, 0, 0, 0, 0, 10, 0, 10, 0));
        onCanvas.writeUInt16LE(7, descriptor + 1);
        onCanvas.writeUInt16LE(5, descriptor + 3);
        expect(probe(onCanvas)).to.include({ format: 'gif', width, height });
        const searched = await decoded(onCanvas);
        expect(searched).to.include({ width, height, channels: 3 });
        expect([at(searched, 6, 5), at(searched, 7, 5), at(searched, 16, 14), at(searched, 17, 14)]).to.deep.equal([
          [0, 0, 0],
          [200, 200, 200],
          [200, 200, 200],
          [0, 0, 0],
        ]);
        expect(at(await decoded(onCanvas, { keepsAlpha: true }), 6, 5)).to.deep.equal([0, 0, 0, 0]);
      }
    });

    it('a canvas grows to its first frame', async () => {
      const bytes = await colours(200).gif().toBuffer();
      bytes.writeUInt16LE(4, 6);
      bytes.write('GIF87a', 'latin1');
      expect(probe(bytes)).to.include({ width: 10, height: 10 });
      expect(await decoded(bytes)).to.include({ width: 10, height: 10 });
    });
  });

  describe('that are damaged', () => {
    it('are rejected wherever they end: within the header as corrupt, behind it as truncated', async () => {
      for (const [format, bytes] of Object.entries(files)) {
        const codes = new Set<string | undefined>();
        for (let part = 1; part < 12; part++) {
          const cut = bytes.subarray(0, Math.floor((bytes.length * part) / 12));
          const { code, message } = await rejection(decoded(cut));
          expect(code, `${format} ${part}: ${message}`).to.match(/^(TRUNCATED|CORRUPT)_IMAGE$/);
          if (part > 2) codes.add(code);
        }
        expect([...codes], format).to.deep.equal(['TRUNCATED_IMAGE']);
        expect((await rejection(decoded(bytes.subarray(0, 20)))).code, format).to.equal('CORRUPT_IMAGE');
      }
    });

    it('are rejected where the codes make no sense, or the picture is larger than its header says', async () => {
      for (const format of ['heic', 'avif'] as const) {
        const small = Buffer.from(format === 'heic' ? heicFile('flat') : files.avif);
        small.writeUInt32BE(16, small.indexOf('ispe') + 8);
        small.writeUInt32BE(16, small.indexOf('ispe') + 12);
        expect((await rejection(decoded(small))).code, format).to.equal('CORRUPT_IMAGE');
      }
      const broken = Buffer.from(files.avif).fill(0x55, files.avif.length >> 1);
      expect((await rejection(decoded(broken))).code).to.equal('CORRUPT_IMAGE');
      const notHevc = Buffer.from(files.avif.toString('latin1').replaceAll('avif', 'heic'), 'latin1');
      expect((await rejection(decoded(notHevc))).code).to.equal('UNSUPPORTED_FORMAT');
    });
  });

  describe('that are too large', () => {
    it('are refused by their header, in the words of other formats', async () => {
      const sized = (format: 'heic' | 'avif') => {
        const bytes = Buffer.from(files[format]);
        bytes.writeUInt32BE(60_000, bytes.indexOf('ispe') + 8);
        bytes.writeUInt32BE(50_000, bytes.indexOf('ispe') + 12);
        return bytes;
      };
      const gif = Buffer.from(files.gif);
      gif.writeUInt16LE(60_000, 6);
      gif.writeUInt16LE(50_000, 8);
      for (const bytes of [sized('heic'), sized('avif'), gif]) {
        expect(probe(bytes)).to.include({ width: 60_000, height: 50_000 });
        expect(await rejection(decoded(bytes))).to.include({
          code: 'TOO_MANY_PIXELS',
          message: 'the image is 60000 x 50000 pixels, the limit is 50000000 in all',
        });
      }
      for (const bytes of Object.values(files))
        expect((await rejection(decoded(bytes, { maxPixels: 399_999 }))).code).to.equal('TOO_MANY_PIXELS');
      await decoded(files.gif, { maxPixels: 400_000 });
    });

    it('are refused where decoding takes more memory than goes with the pixels', async () => {
      const wide = Buffer.from(files.avif);
      wide.writeUInt32BE(6000, wide.indexOf('ispe') + 8);
      wide.writeUInt32BE(6000, wide.indexOf('ispe') + 12);
      const { code, message } = await rejection(decoded(wide));
      expect({ code, message }).to.deep.equal({
        code: 'TOO_MANY_PIXELS',
        message: 'decoding the image takes more than 600 MB of memory',
      });
    });

    it('do not end the process where the decoder wants more memory than its header told', async () => {
      const { code, message } = await rejection(decodeHeic(heicFile('flat'), { ...usual, maxPixels: 1_000_000 }));
      expect({ code, message }).to.deep.equal({
        code: 'TOO_MANY_PIXELS',
        message: 'decoding the image takes more than 32 MB of memory',
      });
    });
  });

  describe('with the detector', () => {
    let detector: FaceDetector;
    before(async function () {
      needWeights(this);
      detector = await FaceDetector.create({ slots: 2 });
    });
    after(() => detector?.close());

    // Measured: up to 0.030 of the height; the four faces are 40 to 260 pixels high.
    it('have the faces of the same picture as PNG, within a twenty-fifth of their height', async () => {
      const expected = places(await detector.detect(standardPng()));
      for (const [format, bytes] of [...Object.entries(files), ['10 bits', heicFile('10-bit')] as const]) {
        const found = await detector.detect(bytes);
        expect(found.image, format).to.deep.equal({ width: 800, height: 500 });
        expect(found.faces, format).to.have.length(4);
        for (const [i, { box }] of places(found).entries()) {
          const { box: wanted } = expected[i] as (typeof expected)[number];
          for (const side of ['x', 'y', 'width', 'height'] as const)
            expect(box[side], `${format}, face ${i}`).to.be.closeTo(wanted[side], wanted.height / 25);
        }
        expect(found.timings.decode, format).to.be.within(0.1, found.timings.total);
      }
    });

    it('give pictures: JPEG of photographs, PNG of GIF and of what has alpha, or what is asked for', async () => {
      for (const [bytes, format] of [
        [files.heic, 'jpeg'],
        [files.avif, 'jpeg'],
        [files.gif, 'png'],
        [heicFile('alpha'), 'png'],
      ] as const) {
        for (const kind of ['annotate', 'redact'] as const) {
          const picture = await detector[kind](bytes);
          expect(picture.format).to.equal(format);
          const { format: written, width, height } = await sharp(picture.data).metadata();
          expect({ written, width, height }).to.deep.equal({ written: format, ...picture.image });
        }
        const crops = await detector.crops(bytes, { maxFaces: 1 });
        expect(crops.format).to.equal(format);
        expect((await sharp(crops.faces[0]?.crop.data).metadata()).format).to.equal(format);
        expect((await detector.redact(bytes, { format: 'webp' })).format).to.equal('webp');
      }
    });

    it('end at once after an abort, and leave their slots', async () => {
      const abort = new AbortController();
      const reason = new Error('enough');
      let hasStarted = false;
      const onStart = () => {
        hasStarted = true;
        setTimeout(() => abort.abort(reason), 20);
      };
      const calls = [1, 2, 3].map(() => detector.detect(heicFile('flat'), { signal: abort.signal, onStart }));
      expect(await Promise.all(calls.map(rejection))).to.deep.equal([reason, reason, reason]);
      expect(hasStarted).to.equal(true);
      expect(detector.activity).to.include({ running: 0, waiting: 0 });
      expect((await detector.detect(files.heic)).faces).to.have.length(4);
    });

    // Four GIFs of 9 MB that began in one turn held the event loop up for half a second.
    it('are copied in turns of the event loop of their own, where several begin in one', async () => {
      for (const format of ['avif', 'gif'] as const) {
        const [first, second] = [Buffer.from(files[format]), Buffer.from(files[format])];
        const decoding = [decoded(first), rejection(decoded(second))] as const;
        for (let i = 0; i < 2; i++) await turn();
        for (const bytes of [first, second]) bytes.fill(0, 64);
        const [{ width }, { code }] = await Promise.all(decoding);
        expect({ width, code }, format).to.deep.equal({ width: 800, code: 'CORRUPT_IMAGE' });
      }
    });

    it('are decoded in no more places at a time than there are slots', async () => {
      const calls = Array.from({ length: 12 }, (_, i) => detector.detect(i % 2 ? files.heic : files.avif));
      let most = 0;
      const watch = setInterval(() => {
        most = Math.max(most, detector.activity.running);
      }, 5);
      const found = await Promise.all(calls);
      clearInterval(watch);
      expect(most).to.be.within(1, 2);
      for (const { faces } of found) expect(faces).to.have.length(4);
    });
  });

  it('are told from other files of their family by brand', async () => {
    const renamed = (brand: string, others = brand) => {
      const bytes = Buffer.from(files.heic);
      bytes.write(brand, 8, 'latin1');
      for (let brandAt = 16; brandAt < 28; brandAt += 4) bytes.write(others, brandAt, 'latin1');
      return bytes;
    };
    for (const brand of ['heic', 'heix', 'mif1']) expect(probe(renamed(brand))).to.include({ format: 'heic' });
    for (const brand of ['mp42', 'isom', 'qt  ', 'crx '])
      expect(thrown(() => probe(renamed(brand))).code, brand).to.equal('UNSUPPORTED_FORMAT');
    expect(thrown(() => probe(renamed('crx ', 'heic'))).message).to.match(/^camera raw/);
    expect(await decodeOptional(standardPng(), usual)).to.equal(undefined);
  });
});
