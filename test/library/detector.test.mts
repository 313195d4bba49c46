import { execFileSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import { type Detection, FaceDetector, FaceDetectorError, type ImageInput } from 'opencv-face-detector';
import sharp from 'sharp';
import { modelNames } from '#dist/library/model-catalog.js';
import { needWeights } from '../fixtures/available.mjs';
import { drawFaces, standardFaces, standardPicture, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { rejection } from '../fixtures/rejection.mjs';

/** The drawn faces that an answer holds, by their places. */
function placesOf({ faces }: Detection): number[] {
  return standardFaces
    .filter(({ x, y }) =>
      faces.some(({ box }) => box.x < x && x < box.x + box.width && box.y < y && y < box.y + box.height),
    )
    .map(({ x }) => x);
}

const allPlaces = standardFaces.map(({ x }) => x);

/** A square that keeps a thread busy for a while, for as long as it has pixels. */
function blank(side: number) {
  return { data: new Uint8Array(side * side * 3), width: side, height: side, channels: 3, order: 'rgb' } as const;
}
const large = blank(2000);

// Where the orientations 1 to 8 show the stored pixel (x, y) of a picture whose last column and row are right and bottom (EXIF 2.32,
// tag 274).
type ShownAt = (x: number, y: number, right: number, bottom: number) => [x: number, y: number];
const orientations: ShownAt[] = [
  (x, y) => [x, y],
  (x, y, right) => [right - x, y],
  (x, y, right, bottom) => [right - x, bottom - y],
  (x, y, _right, bottom) => [x, bottom - y],
  (x, y) => [y, x],
  (x, y, _right, bottom) => [bottom - y, x],
  (x, y, right, bottom) => [bottom - y, right - x],
  (x, y, right) => [y, right - x],
];

/** The standard picture as a camera stores it that is held so. */
function storedFor(shownAt: ShownAt, isSideways: boolean) {
  const shown = standardPicture();
  const [width, height] = isSideways ? [shown.height, shown.width] : [shown.width, shown.height];
  const data = new Uint8Array(shown.data.byteLength);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [shownX, shownY] = shownAt(x, y, width - 1, height - 1);
      const from = (shownY * shown.width + shownX) * 3;
      data.set(shown.data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { data, width, height };
}

describe('FaceDetector', () => {
  let detector: FaceDetector;
  let png: Buffer;
  let expected: Detection;

  before(async function () {
    needWeights(this);
    detector = await FaceDetector.create();
    png = standardPng();
    expected = await detector.detect(png);
  });
  after(() => detector?.close());

  describe('answers', () => {
    it('with boxes, confidences and points of every drawn face', () => {
      expect(placesOf(expected)).to.deep.equal(allPlaces);
      expect(expected).to.include({ model: 'mtcnn' });
      expect(expected.image).to.deep.equal({ width: 800, height: 500 });
      for (const { box, confidence, landmarks } of expected.faces) {
        expect(confidence).to.be.within(0.8, 1);
        expect(box.width).to.be.above(10);
        expect(landmarks).to.have.all.keys('leftEye', 'rightEye', 'nose', 'mouthLeft', 'mouthRight');
        expect(landmarks?.leftEye.x).to.be.below(landmarks?.rightEye.x ?? 0);
        expect(landmarks?.nose.y).to.be.within(box.y, box.y + box.height);
      }
      const confidences = expected.faces.map(({ confidence }) => confidence);
      expect(confidences).to.deep.equal([...confidences].sort((a, b) => b - a));
    });

    it('with the time of each stage', () => {
      expect(expected.timings).to.have.all.keys('queue', 'decode', 'pnet', 'rnet', 'onet', 'total');
      const { queue, total, ...stages } = expected.timings;
      const sum = Object.values(stages).reduce((a, b) => a + b, queue);
      expect(sum).to.be.above(0).and.at.most(total);
    });

    it('the same, whichever way the picture comes', async () => {
      const picture = standardPicture();
      const folder = await mkdtemp(path.join(tmpdir(), 'faces-'));
      try {
        const file = path.join(folder, 'faces.png');
        await writeFile(file, png);
        const bgr = Uint8Array.from(picture.data, (_value, i) => picture.data[i - (i % 3) + (2 - (i % 3))] ?? 0);
        const mat = { rows: 500, cols: 800, channels: 3, type: 16, step: 2400, getData: () => Buffer.from(bgr) };
        const shared = new Uint8Array(new SharedArrayBuffer(png.byteLength));
        shared.set(png);
        const inputs: ImageInput[] = [
          png,
          new Uint8Array(png),
          new Uint8Array(png).buffer,
          shared,
          file,
          picture,
          mat,
          { ...picture, data: bgr, order: 'bgr' },
        ];
        for (const input of inputs) expect((await detector.detect(input)).faces).to.deep.equal(expected.faces);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('the same from any number of threads, by either engine', async () => {
      for (const engine of ['opencv', 'fused'] as const) {
        await using alone = await FaceDetector.create({ engine });
        const { faces } = await alone.detect(png);
        for (const threads of [2, 3, 5]) {
          await using shared = await FaceDetector.create({ engine, threads });
          expect((await shared.detect(png)).faces, `${engine}, ${threads} threads`).to.deep.equal(faces);
        }
      }
    });

    it('the same faces from every format, depth and colour that cameras and editors write', async () => {
      const image = toSharp(standardPicture());
      const variants: Record<string, Buffer> = {
        JPEG: await image.clone().jpeg({ quality: 95 }).toBuffer(),
        'progressive JPEG': await image.clone().jpeg({ quality: 95, progressive: true }).toBuffer(),
        'CMYK JPEG': await image.clone().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
        WebP: await image.clone().webp({ quality: 95 }).toBuffer(),
        'lossless WebP with alpha': await image
          .clone()
          .ensureAlpha(0.5)
          .webp({ lossless: true, exact: true })
          .toBuffer(),
        'TIFF, JPEG inside': await image.clone().tiff({ compression: 'jpeg', quality: 95 }).toBuffer(),
        'TIFF, deflate, tiles': await image.clone().tiff({ compression: 'deflate', tile: true }).toBuffer(),
        'TIFF, LZW, alpha': await image.clone().ensureAlpha(0.5).tiff({ compression: 'lzw' }).toBuffer(),
        '16-bit PNG': await image.clone().toColourspace('rgb16').png().toBuffer(),
        'palette PNG': await image.clone().png({ palette: true, colours: 256 }).toBuffer(),
        'interlaced PNG with alpha': await image.clone().ensureAlpha(0.5).png({ progressive: true }).toBuffer(),
      };
      for (const [name, bytes] of Object.entries(variants)) {
        const found = await detector.detect(bytes);
        expect(found.image, name).to.deep.equal({ width: 800, height: 500 });
        expect(placesOf(found), name).to.deep.equal(allPlaces);
      }
    });

    it('in the picture as it is displayed, for all eight orientations of a camera', async () => {
      for (const [i, shownAt] of orientations.entries()) {
        const orientation = i + 1;
        const { data, width, height } = storedFor(shownAt, orientation >= 5);
        const image = sharp(data, { raw: { width, height, channels: 3 } });
        const jpeg = await image.withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
        const found = await detector.detect(jpeg);
        expect(found.image, `${orientation}`).to.deep.equal({ width: 800, height: 500 });
        expect(placesOf(found), `${orientation}`).to.deep.equal(allPlaces);
        const fast = await detector.detect(jpeg, { minFaceSize: 40, fastDecode: true });
        expect(fast.image, `${orientation}`).to.deep.equal({ width: 800, height: 500 });
        expect(placesOf(fast), `${orientation}`).to.include.members([120, 300, 560]);
      }
    });

    it('an empty list where there is no face', async () => {
      expect((await detector.detect(drawFaces(300, 200, []))).faces).to.deep.equal([]);
      expect((await detector.detect(drawFaces(1, 1, []))).faces).to.deep.equal([]);
    });
  });

  describe('options', () => {
    it('are refused with the words that help', async () => {
      const error = await rejection(detector.detect(png, { minFaceSize: 5 }));
      expect(error).to.be.instanceOf(FaceDetectorError).with.property('code', 'INVALID_OPTION');
      expect(error.message).to.equal('minFaceSize must be an integer from 12 to 4096, got 5');
      expect(error.stack).to.match(/detector\.test/);
    });

    // Each of these gave a TypeError about our insides.
    it('that are no options at all are refused as well', async () => {
      const words = async (promise: Promise<unknown>) => {
        const error = await rejection(promise);
        expect(error).to.be.instanceOf(FaceDetectorError).with.property('code', 'INVALID_OPTION');
        return error.message;
      };
      const create = (options: unknown) => words(FaceDetector.create(options as object));
      const detect = (options: unknown) => words(detector.detect(png, options as object));
      expect(await create(null)).to.equal('options must be an object, got null');
      expect(await create('haar')).to.equal('options must be an object, got "haar"');
      expect(await create({ model: 1n })).to.equal(`model must be one of ${modelNames.join(', ')}, got 1n`);
      expect(await create({ modelsDir: 5 })).to.equal('modelsDir must be the path of a folder, got 5');
      expect(await create({ slots: '2' })).to.match(/^slots must be an integer/);
      expect(await create({ threads: 65 })).to.equal('threads must be an integer from 1 to 64, got 65');
      expect(await detect(null)).to.equal('options must be an object, got null');
      expect(await detect({ signal: null })).to.equal('signal must be an AbortSignal, got null');
      expect(await detect({ signal: new AbortController() })).to.match(/^signal must be an AbortSignal, got AbortCon/);
      expect(await detect({ onStart: 'now' })).to.equal('onStart must be a function, got "now"');
      expect(await detect({ clip: Object.create(null) })).to.match(/^clip must be true or false, got \[Object: null/);
    });

    it('minFaceSize, maxFaces, sort, threshold and maxSide do what they say', async () => {
      expect(placesOf(await detector.detect(png, { minFaceSize: 100 }))).to.deep.equal([300, 560]);
      expect((await detector.detect(png, { maxFaces: 2 })).faces).to.deep.equal(expected.faces.slice(0, 2));
      const byArea = (await detector.detect(png, { sort: 'area' })).faces.map(({ box }) => box.width * box.height);
      expect(byArea).to.deep.equal([...byArea].sort((a, b) => b - a));
      expect((await detector.detect(png, { sort: 'area', maxFaces: 1 })).faces[0]?.box.x).to.be.within(440, 520);
      expect((await detector.detect(png, { threshold: 1 })).faces).to.deep.equal([]);
      const small = await detector.detect(png, { maxSide: 400 });
      expect(small.image).to.deep.equal({ width: 800, height: 500 });
      expect(placesOf(small)).to.include.members([300, 560]);
    });

    it('fastDecode searches a reduced JPEG, other formats as ever', async () => {
      const jpeg = await toSharp(standardPicture()).jpeg({ quality: 95 }).toBuffer();
      const options = { maxSide: 400 };
      const exact = await detector.detect(jpeg, options);
      const fast = await detector.detect(jpeg, { ...options, fastDecode: true });
      expect(fast.image).to.deep.equal({ width: 800, height: 500 });
      expect(placesOf(fast)).to.deep.equal(placesOf(exact));
      expect(fast.faces, 'not decoded as ever').to.not.deep.equal(exact.faces);
      expect(fast.timings, 'nothing is left to shrink').to.not.have.property('resize');
      expect((await detector.detect(jpeg, { fastDecode: true })).faces).to.deep.equal(
        (await detector.detect(jpeg)).faces,
      );
      const ofPng = await detector.detect(png, { ...options, fastDecode: true });
      expect(ofPng.faces).to.deep.equal((await detector.detect(png, options)).faces);
    });

    it('clip keeps boxes inside the picture, and can be left off', async () => {
      const cut = drawFaces(300, 300, [{ x: 150, y: 60, height: 240 }]);
      const [unclipped] = (await detector.detect(cut, { clip: false })).faces;
      const [clipped] = (await detector.detect(cut)).faces;
      if (!unclipped || !clipped) throw new Error('no face');
      const { x, y, width, height } = unclipped.box;
      expect(y).to.be.below(0);
      expect(clipped.box).to.deep.equal({ x, y: 0, width, height: height + y });
      expect(clipped.landmarks).to.deep.equal(unclipped.landmarks);
    });

    it('of the detector are the defaults of its calls', async () => {
      await using own = await FaceDetector.create({ minFaceSize: 100 });
      expect(placesOf(await own.detect(png))).to.deep.equal([300, 560]);
      expect(placesOf(await own.detect(png, { minFaceSize: 20 }))).to.deep.equal(allPlaces);
    });

    it('truncated: half a JPEG is an error, or the faces of its upper half', async () => {
      const jpeg = await toSharp(standardPicture()).jpeg({ quality: 95 }).toBuffer();
      const half = jpeg.subarray(0, jpeg.byteLength * 0.6);
      expect(await rejection(detector.detect(half))).to.have.property('code', 'TRUNCATED_IMAGE');
      const found = await detector.detect(half, { truncated: 'accept' });
      expect(placesOf(found)).to.include(720);
      expect(found.warnings).to.deep.equal([
        { code: 'TRUNCATED_IMAGE', message: 'the image ends early: part of it is missing' },
      ]);
      expect(await detector.detect(jpeg, { truncated: 'accept' })).to.not.have.property('warnings');
    });

    it('truncated: a hole in a JPEG as well', async () => {
      const jpeg = await toSharp(standardPicture()).jpeg({ quality: 95 }).toBuffer();
      jpeg.fill(0, Math.floor(jpeg.byteLength * 0.7), Math.floor(jpeg.byteLength * 0.75));
      const refused = await rejection(detector.detect(jpeg));
      const code = 'code' in refused ? refused.code : undefined;
      expect(code).to.be.oneOf(['TRUNCATED_IMAGE', 'CORRUPT_IMAGE']);
      for (const kind of ['detect', 'annotate', 'redact', 'crops'] as const) {
        const found = await detector[kind](jpeg, { truncated: 'accept' });
        expect(
          found.warnings?.map((warning) => warning.code),
          kind,
        ).to.deep.equal([code]);
      }
    });
  });

  describe('errors', () => {
    it('have the code of what is wrong with the bytes', async () => {
      const cases: [string, Buffer][] = [
        ['EMPTY_IMAGE', Buffer.alloc(0)],
        ['UNSUPPORTED_FORMAT', Buffer.from('<html>not found</html>')],
        ['UNSUPPORTED_FORMAT', Buffer.from('8BPS.........')],
        ['TRUNCATED_IMAGE', png.subarray(0, 2000)],
        ['CORRUPT_IMAGE', Buffer.concat([png.subarray(0, 60), Buffer.alloc(200, 7), png.subarray(260)])],
      ];
      for (const [code, bytes] of cases) {
        const error = await rejection(detector.detect(bytes));
        expect(error).to.be.instanceOf(FaceDetectorError).with.property('code', code);
        expect(error.message).to.not.match(/\/|opencv|\.cpp/i);
      }
      expect(await rejection(detector.detect(png, { maxPixels: 1000 }))).to.have.property('code', 'TOO_MANY_PIXELS');
    });

    it('of a search, and of pictures, that takes more processor time than it may', async () => {
      const data = Buffer.alloc(3000 * 2000 * 3, Buffer.from('some pixels that are not all the same'));
      const large = { data, width: 3000, height: 2000, channels: 3, order: 'rgb' } as const;
      const calls = [
        () => detector.detect(large, { maxCpuMs: 2 }),
        () => detector.annotate(large, { maxCpuMs: 2 }),
        () => detector.redact(large, { maxCpuMs: 2 }),
        () => detector.crops(large, { maxCpuMs: 2 }),
      ];
      for (const call of calls) {
        const error = await rejection(call());
        expect(error).to.be.instanceOf(FaceDetectorError).with.property('code', 'TOO_COSTLY');
        expect(error.message).to.include('2 ms of processor time');
      }
      await using own = await FaceDetector.create({ maxCpuMs: 2 });
      expect(await rejection(own.detect(large))).to.have.property('code', 'TOO_COSTLY');
      expect(placesOf(await own.detect(png, { maxCpuMs: 600_000 }))).to.deep.equal(allPlaces);
    });

    it('of the file system come as they are, but for paths that are too long to read', async () => {
      const missing = await rejection(detector.detect('/no/such/file.jpg'));
      expect(missing).to.include({ code: 'ENOENT', path: '/no/such/file.jpg' });
      expect(missing.message).to.equal("ENOENT: no such file or directory, open '/no/such/file.jpg'");
      const long = await rejection(detector.detect(`/no/${'such/'.repeat(800)}file.jpg`));
      expect(long).to.have.property('code', 'ENOENT');
      expect(long.message)
        .to.match(/^ENOENT: no such file or directory, open '\/no\/such.*….*file.jpg'$/)
        .with.length.below(400);
      expect(long.stack).to.include(long.message);
    });

    it('of an image as text, at once: whatever is in the way of the others', async () => {
      const text = png.toString('base64');
      for (const input of [text, `data:image/png;base64,${text}`, new URL(`data:image/png;base64,${text}`)]) {
        const error = await rejection(detector.detect(input));
        expect(error).to.have.property('code', 'INVALID_OPTION');
        expect(error.message)
          .to.match(/^the image is (base64 text|a data URL), .* decode it first/)
          .with.length.below(200);
      }
      const url = new URL('https://example.org/a.jpg');
      expect((await rejection(detector.detect(url))).message).to.equal(
        'the image is a URL of https:, only file: is read',
      );
    });

    it('of creating: an unknown model, wrong slots and threads, missing and damaged weights', async () => {
      const refused = async (options: object) => (await rejection(FaceDetector.create(options))).code;
      expect(await refused({ model: 'nonsense' })).to.equal('INVALID_OPTION');
      expect(await refused({ engine: 'nonsense' })).to.equal('INVALID_OPTION');
      expect(await refused({ slots: 0 })).to.equal('INVALID_OPTION');
      expect(await refused({ slots: 1.5 })).to.equal('INVALID_OPTION');
      for (const threads of [0, 65, 1.5, Number.NaN, '2', null]) {
        expect(await refused({ threads })).to.equal('INVALID_OPTION');
      }
      expect(await refused({ minFaceSize: 1 })).to.equal('INVALID_OPTION');
      const folder = await mkdtemp(path.join(tmpdir(), 'faces-'));
      try {
        const missing = await rejection(FaceDetector.create({ modelsDir: path.join(folder, 'mtcnn') }));
        expect(missing).to.have.property('code', 'MODEL_MISSING');
        expect(missing.message).to.match(
          /mtcnn\/det1.onnx: not there. Fetch them: npx opencv-face-detector models fetch mtcnn/,
        );
        await mkdir(path.join(folder, 'mtcnn'));
        await writeFile(path.join(folder, 'mtcnn', 'det1.onnx'), 'name: "PNet"');
        expect(await refused({ modelsDir: folder })).to.equal('MODEL_INVALID');
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  });

  describe('many calls', () => {
    const bytesOfOneFace = () =>
      toSharp(drawFaces(160, 160, [{ x: 80, y: 80, height: 90 }]))
        .png()
        .toBuffer();

    it('two hundred at once all get the same answer', async () => {
      const bytes = await bytesOfOneFace();
      const answers = await Promise.all(Array.from({ length: 200 }, () => detector.detect(bytes)));
      for (const { faces } of answers) expect(faces).to.deep.equal(answers[0]?.faces);
      expect(answers[0]?.faces).to.have.length(1);
    });

    it('are answered in the order of their coming, one at a time', async () => {
      const bytes = await bytesOfOneFace();
      const finished: number[] = [];
      const one = await FaceDetector.create({ slots: 1 });
      await Promise.all(Array.from({ length: 50 }, (_value, i) => one.detect(bytes).then(() => finished.push(i))));
      await one.close();
      expect(finished).to.deep.equal(Array.from({ length: 50 }, (_value, i) => i));
    });

    it('leave the event loop free', async () => {
      let isDone = false;
      const search = detector.detect(large).finally(() => {
        isDone = true;
      });
      let ticks = 0;
      while (!isDone) {
        await tick();
        ticks++;
      }
      await search;
      expect(ticks).to.be.above(20);
    });
  });

  describe('onStart', () => {
    it('is called when the call has its slot, and not at all where it ends before', async () => {
      await using own = await FaceDetector.create({ slots: 1 });
      const seen: string[] = [];
      const running: number[] = [];
      const started = (who: string) => () => {
        seen.push(who);
        running.push(own.activity.running);
      };
      const first = own.detect(png, { onStart: started('first') });
      const second = own.detect(png, { onStart: started('second') });
      const bad = own.detect('no such file', { onStart: started('bad') });
      const left = own.detect(png, { onStart: started('left'), signal: AbortSignal.timeout(0) });
      await rejection(left);
      await rejection(bad);
      await Promise.all([first, second]);
      expect(seen).to.deep.equal(['first', 'second']);
      expect(running).to.deep.equal([1, 1]);
    });
  });

  describe('abort', () => {
    it('before the call: nothing is started', async () => {
      const reason = new Error('too late');
      expect(await rejection(detector.detect(png, { signal: AbortSignal.abort(reason) }))).to.equal(reason);
    });

    it('while it runs: the run ends early, with the reason of the signal', async () => {
      await using own = await FaceDetector.create({ slots: 2, engine: 'opencv' });
      const image = blank(4000); // seconds of search
      const controller = new AbortController();
      const reason = new Error('the client left');
      const ended: string[] = [];
      const whole = own.detect(image).then(() => ended.push('whole'));
      const aborted = rejection(own.detect(image, { signal: controller.signal }));
      const noted = aborted.then(() => ended.push('aborted'));
      await tick();
      controller.abort(reason);
      await Promise.all([whole, noted]);
      expect(await aborted).to.equal(reason);
      expect(ended).to.deep.equal(['aborted', 'whole']);
    });

    // Each call had listeners of its own, which Node.js warns of from eleven on.
    it('of many calls by one signal is no leak: one listener, none once they are over', async () => {
      await using own = await FaceDetector.create({ slots: 2 });
      const controller = new AbortController();
      const { signal } = controller;
      const warnings: Error[] = [];
      const warned = (warning: Error) => warnings.push(warning);
      process.on('warning', warned);
      try {
        const calls = Array.from({ length: 20 }, () => own.detect(png, { signal }));
        expect(getEventListeners(signal, 'abort')).to.have.length(1);
        await Promise.all(calls);
        expect(getEventListeners(signal, 'abort')).to.have.length(0);
        const aborted = Array.from({ length: 20 }, () => rejection(own.detect(large, { signal })));
        await tick();
        expect(getEventListeners(signal, 'abort')).to.have.length(1);
        controller.abort(new Error('enough'));
        for (const error of await Promise.all(aborted)) expect(error.message).to.equal('enough');
        expect(getEventListeners(signal, 'abort')).to.have.length(0);
        await tick(); // warnings come later
        expect(warnings).to.deep.equal([]);
      } finally {
        process.off('warning', warned);
      }
    });

    it('while it waits for a slot: at once', async () => {
      await using own = await FaceDetector.create({ slots: 1 });
      let isFirstDone = false;
      const first = own.detect(large).finally(() => {
        isFirstDone = true;
      });
      const controller = new AbortController();
      const second = rejection(own.detect(png, { signal: controller.signal }));
      await tick();
      controller.abort();
      expect(await second).to.have.property('name', 'AbortError');
      expect(isFirstDone).to.equal(false);
      await first;
    });

    it('by a time limit: the reason of the signal', async () => {
      const error = await rejection(detector.detect(large, { signal: AbortSignal.timeout(5) }));
      expect(error).to.have.property('name', 'TimeoutError');
    });

    it('after the answer: nothing happens, and nothing listens any longer', async () => {
      const controller = new AbortController();
      const { faces } = await detector.detect(png, { signal: controller.signal });
      expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
      controller.abort();
      expect(faces).to.deep.equal(expected.faces);
      expect((await detector.detect(png)).faces).to.deep.equal(expected.faces);
    });
  });

  describe('close', () => {
    it('lets the running call end, refuses the waiting one and later ones', async () => {
      const own = await FaceDetector.create({ slots: 1 });
      const running = own.detect(png);
      const waiting = rejection(own.detect(png));
      const closed = own.close();
      expect(await waiting).to.have.property('code', 'CLOSED');
      expect((await running).faces).to.deep.equal(expected.faces);
      await closed;
      expect(await rejection(own.detect(png))).to.have.property('code', 'CLOSED');
    });
  });

  // close() waited for ever for a pipe that nobody writes to.
  it('refuses, when it is closed, calls that still read a pipe', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'faces-'));
    const pipe = path.join(folder, 'a.jpg');
    execFileSync('mkfifo', [pipe]);
    try {
      const own = await FaceDetector.create({ slots: 1 });
      const reading = rejection(own.detect(pipe));
      await tick();
      await own.close();
      expect(await reading).to.have.property('code', 'CLOSED');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  describe('memory that changes during a job', () => {
    it('encoded bytes may be overwritten, transferred or resized: the job has its own copy', async () => {
      const overwritten = new Uint8Array(png);
      const first = detector.detect(overwritten);
      await tick();
      overwritten.fill(0);
      expect((await first).faces).to.deep.equal(expected.faces);

      const transferred = new Uint8Array(png);
      const second = detector.detect(transferred);
      await tick();
      structuredClone(transferred.buffer, { transfer: [transferred.buffer] });
      expect((await second).faces).to.deep.equal(expected.faces);

      const Resizable = ArrayBuffer as unknown as new (
        length: number,
        options: { maxByteLength: number },
      ) => ArrayBuffer & { resize(length: number): void };
      const resized = new Resizable(png.byteLength, { maxByteLength: png.byteLength });
      new Uint8Array(resized).set(png);
      const third = detector.detect(resized);
      await tick();
      resized.resize(10);
      expect((await third).faces).to.deep.equal(expected.faces);
    });

    it('raw pixels in shared or resizable memory are copied too', async () => {
      const picture = standardPicture();
      const shared = new Uint8Array(new SharedArrayBuffer(picture.data.byteLength));
      shared.set(picture.data);
      const first = detector.detect({ ...picture, data: shared });
      await tick();
      shared.fill(0);
      expect((await first).faces).to.deep.equal(expected.faces);
    });

    it('a buffer that was transferred before the job is empty, not a crash', async () => {
      const transferred = new Uint8Array(png);
      structuredClone(transferred.buffer, { transfer: [transferred.buffer] });
      expect(await rejection(detector.detect(transferred))).to.have.property('code', 'EMPTY_IMAGE');
      const picture = standardPicture();
      structuredClone(picture.data.buffer, { transfer: [picture.data.buffer as ArrayBuffer] });
      expect(await rejection(detector.detect(picture))).to.have.property('code', 'INVALID_OPTION');
    });
  });
});

describe('FaceDetector with the Haar cascade', () => {
  it('finds the larger drawn faces without any weights, and gives no landmarks', async () => {
    await using haar = await FaceDetector.create({ model: 'haar' });
    const found = await haar.detect(standardPicture());
    expect(found.model).to.equal('haar');
    expect(placesOf(found)).to.include.members([300, 560]);
    for (const face of found.faces) expect(face).to.have.all.keys('box', 'confidence');
    expect(found.timings).to.have.all.keys('queue', 'decode', 'haar', 'total');
  });
});
