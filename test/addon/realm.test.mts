import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { FaceDetector, type ImageInput } from 'opencv-face-detector';
import { needWeights } from '../fixtures/available.mjs';
import { standardPicture, standardPng } from '../fixtures/drawn-faces.mjs';
import { Realm } from '../fixtures/realm.mjs';
import { rejection } from '../fixtures/rejection.mjs';

// jest, and vitest under jsdom, give test files a realm of their own: a Buffer of fs was no Buffer there.
describe('another realm of JavaScript', () => {
  let folder: string;
  let file: string;
  before(function () {
    needWeights(this);
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    file = path.join(folder, 'faces.png');
    writeFileSync(file, standardPng());
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  const picture = standardPicture();
  const png = standardPng();
  /** Every kind of image, made in a realm, where `a` is an array of numbers. */
  const encoded = {
    'a Uint8Array': 'new Uint8Array(a)',
    'an ArrayBuffer': 'new Uint8Array(a).buffer',
    'a SharedArrayBuffer':
      '(() => { const s = new SharedArrayBuffer(a.length); new Uint8Array(s).set(a); return s; })()',
    'a resizable ArrayBuffer':
      '(() => { const r = new ArrayBuffer(a.length, { maxByteLength: 2 * a.length }); new Uint8Array(r).set(a); return r; })()',
  };
  const raw = {
    'raw pixels': 'new Uint8Array(a)',
    'clamped raw pixels': 'new Uint8ClampedArray(a)',
    'raw pixels in an ArrayBuffer': 'new Uint8Array(a).buffer',
  };

  function inputs(realm: Realm): Record<string, ImageInput> {
    const made: Record<string, unknown> = {};
    for (const [name, expression] of Object.entries(encoded)) made[name] = realm.make(expression, { a: [...png] });
    const { data, ...rest } = picture;
    for (const [name, expression] of Object.entries(raw))
      made[name] = realm.make(`({ data: ${expression}, ...rest })`, { a: [...data], rest });
    const mat = '({ rows: 500, cols: 800, channels: 3, type: 16, step: 2400, getData: () => new Uint8Array(a) })';
    made['a Mat'] = realm.make(mat, { a: [...data].map((_value, i) => data[i - (i % 3) + (2 - (i % 3))]) });
    // As jsdom's is.
    made['a URL'] = realm.make('({ href, protocol: "file:" })', { href: pathToFileURL(file).href });
    return made as Record<string, ImageInput>;
  }

  it('makes the same images', async () => {
    await using detector = await FaceDetector.create();
    const { faces } = await detector.detect(png);
    const realm = new Realm();
    for (const [name, input] of Object.entries(inputs(realm)))
      expect((await detector.detect(input)).faces, name).to.deep.equal(faces);
    const options = realm.make('({ maxFaces: 1 })') as { maxFaces: number };
    expect((await detector.detect(png, options)).faces).to.deep.equal(faces.slice(0, 1));
  });

  it('may have the library itself', async () => {
    await using outer = await FaceDetector.create();
    const { faces } = await outer.detect(png);
    const realm = new Realm();
    const library = realm.library();
    expect(library.FaceDetector).to.not.equal(FaceDetector);
    const detector = await library.FaceDetector.create();
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown; // of no realm
    const ownInputs: Record<string, ImageInput> = {
      'a Buffer': png,
      'a path': file,
      'a Node.js URL': pathToFileURL(file),
      picture,
    };
    for (const [name, input] of Object.entries({ ...ownInputs, ...inputs(realm), ...inputs(new Realm()) }))
      expect(plain((await detector.detect(input)).faces), name).to.deep.equal(plain(faces));
    expect((await detector.annotate(png)).data.length).to.be.above(1000);
    const error = await rejection(detector.detect(Buffer.from('8BPS')));
    expect(error).to.be.instanceOf(library.FaceDetectorError).with.property('code', 'UNSUPPORTED_FORMAT');
    await detector.close();
  });

  it('has signals that stop a search, whatever it is that has aborted', async () => {
    await using detector = await FaceDetector.create({ slots: 1 });
    const realm = new Realm();
    const controller = realm.make(`(() => {
      const listeners = new Set();
      const signal = { aborted: false, addEventListener: (_type, run) => listeners.add(run), removeEventListener: (_type, run) => listeners.delete(run) };
      return { signal, listeners, abort: (reason) => { Object.assign(signal, { aborted: true, reason }); for (const run of listeners) run(); } };
    })()`) as AbortController & { listeners: Set<unknown> };
    const side = 4000;
    const large = {
      data: new Uint8Array(side * side * 3),
      width: side,
      height: side,
      channels: 3,
      order: 'rgb',
    } as const;
    const { signal } = controller;
    const calls = Array.from({ length: 3 }, () => rejection(detector.detect(large, { signal })));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await Promise.all(calls)).to.deep.equal([reason, reason, reason]);
    expect(controller.listeners.size).to.equal(0);
  });
});
