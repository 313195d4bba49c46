import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { loadAddon, type NativeDetector, type NativeOptions, type NativeRender } from '#dist/native.js';
import { resolveOptions } from '#dist/options.js';
import { needWeights, root } from '../fixtures/available.mjs';
import { rejection } from '../fixtures/rejection.mjs';

const options = resolveOptions({}, {});
const names = ['det1.onnx', 'det2.onnx', 'det3.onnx'];

function load(): Promise<NativeDetector> {
  const files = names.map((name) => [name, readFileSync(path.join(root, 'models', 'mtcnn', name))]);
  return loadAddon().load('mtcnn', Object.fromEntries(files), 'auto', 2);
}

describe('the addon', () => {
  let detector: NativeDetector;

  before(async function () {
    needWeights(this);
    detector = await load();
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
