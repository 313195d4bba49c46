import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { optionTable, resolveOptions } from '#dist/library/detect-options.js';
import { landmarkNames } from '#dist/library/detection.js';
import { loadAddon } from '#dist/library/load-addon.js';
import { maxThreads, type NativeDetector, type NativeOptions, type NativeRender } from '#dist/library/native.js';
import { needWeights, root } from '../fixtures/available.mjs';
import { standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { rejection } from '../fixtures/rejection.mjs';

const options = resolveOptions({}, {});
const names = ['det1.onnx', 'det2.onnx', 'det3.onnx'];

function load(): Promise<NativeDetector> {
  const files = names.map((name) => [name, readFileSync(path.join(root, 'models', 'mtcnn', name))]);
  return loadAddon().load('mtcnn', Object.fromEntries(files), 'auto', 2);
}

describe('the addon', () => {
  it('has the limits of the tables', () => {
    expect(loadAddon().limits).to.deep.equal({ minFaceSize: optionTable.minFaceSize.min, maxThreads });
  });

  let detector: NativeDetector;

  before(async function () {
    needWeights(this);
    detector = await load();
  });

  it('names the points of a face as the table does, in its order', async () => {
    const { faces } = await detector.detect(standardPng(), options).done;
    expect(Object.keys(faces[0]?.landmarks ?? {})).to.deep.equal([...landmarkNames]);
  });

  it('says which engine runs and why', () => {
    expect(detector.engine).to.equal('fused');
    expect(detector.engineReason).to.match(/equal OpenCV's on a trial input/);
    const getter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(detector), 'engine')?.get;
    expect(() => getter?.call({})).to.throw();
  });

  it('closes once its jobs have ended, and is of no use from then on', async () => {
    const own = await load();
    const { done } = own.detect(new Uint8Array(), options);
    own.close();
    own.close();
    expect(await rejection(done)).to.have.property('code', 'EMPTY_IMAGE');
    expect(() => own.detect(new Uint8Array(), options)).to.throw(TypeError, 'closed');
    expect(() => own.engine).to.throw(TypeError, 'closed');
    expect(() => own.close.call({} as NativeDetector)).to.throw(TypeError);
  });

  it('refuses an engine that there is not', () => {
    for (const engine of ['cuda', '', undefined]) {
      expect(() => loadAddon().load('mtcnn', {}, engine as 'auto', 1)).to.throw(TypeError, 'auto, opencv or fused');
    }
  });

  it('refuses a number of threads that it cannot start', () => {
    for (const threads of [0, 65, -1, Number.NaN, 1e9, '2', undefined]) {
      expect(() => loadAddon().load('mtcnn', {}, 'auto', threads as number)).to.throw(TypeError, '1 to 64 threads');
    }
  });

  // The bytes were taken before the sizes: a getter could give them away, and the search read what had been freed.
  it('takes pixels as they are once everything else has been read', async () => {
    const data = new Uint8Array(40 * 40 * 3);
    const image = {
      data,
      height: 40,
      channels: 3,
      isRgb: true,
      get width() {
        structuredClone(data.buffer, { transfer: [data.buffer] });
        return 40;
      },
    };
    expect(await rejection(detector.detect(image, options).done)).to.have.property('code', 'INVALID_OPTION');
  });

  // A number beyond 64 bits was converted all the same, and a scale factor next to 1 built image pyramids without an end.
  it('refuses numbers that it cannot convert or search with', () => {
    const wrong: Partial<Record<keyof NativeOptions, unknown>>[] = [
      { maxPixels: 1e300 },
      { maxPixels: -1 },
      { maxPixels: '5' },
      { maxCpuMs: -1 },
      { maxCpuMs: 2 ** 31 },
      { maxCpuMs: undefined },
      { maxFaces: 2 ** 31 },
      { onetThreshold: 1e300 },
      { minFaceSize: 11 },
      { minFaceSize: Number.POSITIVE_INFINITY },
      { scaleFactor: 0 },
      { scaleFactor: 1 - Number.EPSILON },
      { scaleFactor: Number.NaN },
    ];
    for (const option of wrong) {
      const call = () => detector.detect(new Uint8Array(1), { ...options, ...option } as NativeOptions);
      expect(call, JSON.stringify(option)).to.throw(TypeError, Object.keys(option)[0]);
    }
  });

  it('refuses to render what it does not know', async () => {
    const own = { format: 'own', quality: 0 } as const;
    const wrong: unknown[] = [
      null,
      'annotate',
      { ...own },
      { ...own, what: 'blur' },
      { ...own, what: 'annotate', landmarks: 1, scores: true },
      { ...own, what: 'annotate', landmarks: true, scores: true, quality: 101 },
      { ...own, what: 'annotate', landmarks: true, scores: true, format: 'gif' },
      { ...own, what: 'redact', mode: 'smear', shape: 'box', margin: 0 },
      { ...own, what: 'redact', mode: 'blur', shape: 'star', margin: 0 },
      { ...own, what: 'redact', mode: 'blur', shape: 'box', margin: Number.NaN },
      { ...own, what: 'crops', align: true, size: 1025, margin: 0 },
      { ...own, what: 'crops', align: true, size: 1e300, margin: 0 },
    ];
    for (const render of wrong) {
      const call = () => detector.detect(new Uint8Array(1), options, render as NativeRender);
      expect(call, JSON.stringify(render)).to.throw(TypeError);
    }
    const right: NativeRender = { ...own, what: 'crops', align: true, size: 1024, margin: 0 };
    const image = { data: new Uint8Array(300), width: 10, height: 10, channels: 3, isRgb: true };
    expect(await detector.detect(image, options, right).done).to.deep.include({ format: 'png', pictures: [] });
  });

  // The exception left the job as an uncaught one, and the promise never settled.
  it('rejects with a code where the answer cannot be built', async () => {
    const image = { data: new Uint8Array(300), width: 10, height: 10, channels: 3, isRgb: true };
    const { done } = detector.detect(image, options);
    Object.defineProperty(Object.prototype, 'faces', {
      configurable: true,
      set() {
        throw new Error('not here');
      },
    });
    try {
      expect(await rejection(done)).to.have.property('code', 'INTERNAL');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'faces');
    }
  });
});

describe('probe', () => {
  const { probe } = loadAddon();
  const sharpImage = (width: number, height: number) =>
    toSharp({ width, height, channels: 3, order: 'rgb', data: new Uint8Array(width * height * 3) });

  /** What a PNG of that size begins with. */
  function pngOfSize(width: number, height: number): Buffer {
    const header = Buffer.from('89504e470d0a1a0a0000000d49484452ffffffffffffffff080200000000000000', 'hex');
    header.writeUInt32BE(width, 16);
    header.writeUInt32BE(height, 20);
    return header;
  }

  function codeOf(bytes: Uint8Array): unknown {
    try {
      probe(bytes);
    } catch (error) {
      expect(error).to.be.instanceOf(Error).with.property('message').that.is.not.empty;
      return (error as { code?: unknown }).code;
    }
    return 'none';
  }

  it('tells format, size as displayed and what decoding takes', async () => {
    const image = sharpImage(2000, 1000);
    for (const [format, bytesPerPixel] of [
      ['jpeg', 3],
      ['png', 3],
      ['webp', 3],
      ['tiff', 3],
    ] as const) {
      const upright = probe(await image.clone().toFormat(format).toBuffer());
      expect(upright, format).to.include({ format, width: 2000, height: 1000 });
      expect(upright.peakBytes, format).to.be.within(bytesPerPixel * 2e6, 10 * 2e6);
      expect(upright.peakBytesWithAlpha, format).to.equal(upright.peakBytes);
      const turned = probe(await image.clone().withMetadata({ orientation: 6 }).toFormat(format).toBuffer());
      expect(turned, format).to.include({ format, width: 1000, height: 2000 });
      expect(turned.peakBytes, format).to.be.at.least(6 * 2e6);
    }
  });

  it('tells what alpha takes where it is kept', async () => {
    const png = probe(await sharpImage(2000, 1000).ensureAlpha(0.5).png().toBuffer());
    expect(png.peakBytes).to.be.within(3 * 2e6, 4 * 2e6);
    expect(png.peakBytesWithAlpha).to.be.within(4 * 2e6, 5 * 2e6);
  });

  it('of a huge picture tells its size, which detect refuses', () => {
    expect(probe(pngOfSize(60_000, 50_000)))
      .to.include({ width: 60_000, height: 50_000 })
      .and.property('peakBytes')
      .is.above(9e9);
    expect(probe(pngOfSize(2 ** 32 - 1, 2 ** 32 - 1)).peakBytes).to.be.above(3e12);
  });

  it('throws what detect rejects with, as far as the header shows it', async () => {
    const jpeg = await sharpImage(40, 30).jpeg().toBuffer();
    const webp = await sharpImage(40, 30).webp().toBuffer();
    expect(codeOf(new Uint8Array())).to.equal('EMPTY_IMAGE');
    expect(codeOf(Buffer.from('GIF89a'))).to.equal('UNSUPPORTED_FORMAT');
    expect(codeOf(Buffer.from('hello'))).to.equal('UNSUPPORTED_FORMAT');
    expect(codeOf(jpeg.subarray(0, 20))).to.equal('CORRUPT_IMAGE');
    expect(codeOf(webp.subarray(0, webp.length - 10)), 'which no header shows').to.equal('none');
    expect(codeOf(jpeg.subarray(0, jpeg.length - 10)), 'which no header shows').to.equal('none');
  });

  it('throws TypeError for anything but bytes', () => {
    for (const wrong of [undefined, null, 'image', [255, 216], new Uint16Array(4), {}, new ArrayBuffer(8)]) {
      expect(() => probe(wrong as Uint8Array)).to.throw(TypeError, 'Uint8Array');
    }
  });

  it('takes a part of a buffer as such, and leaves it as it is', async () => {
    const jpeg = await sharpImage(40, 30).jpeg().toBuffer();
    const padded = Buffer.concat([Buffer.from('padding'), jpeg]);
    const before = Buffer.from(padded);
    expect(probe(padded.subarray(7))).to.include({ format: 'jpeg', width: 40, height: 30 });
    expect(padded.equals(before)).to.equal(true);
  });
});
