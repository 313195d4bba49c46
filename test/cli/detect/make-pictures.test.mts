import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { makePictures } from '#dist/cli/detect/make-pictures.js';
import type { FaceDetector } from '#dist/library/detector.js';
import { rejection } from '../../fixtures/rejection.mjs';

const found = { model: 'mtcnn', image: { width: 9, height: 9 }, timings: {}, format: 'png' };
const picture = async () => ({ ...found, faces: [], data: Buffer.from('picture') });
const crop = { width: 1, height: 1, data: Buffer.from('crop') };
const crops = async () => ({ ...found, faces: [{ crop }, { crop }] });
const detector = (crops: () => Promise<unknown>) =>
  ({ annotate: picture, redact: picture, crops }) as unknown as FaceDetector;

describe('the pictures of an image', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    for (const name of ['annotate', 'redact', 'crops']) mkdirSync(path.join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const files = () =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.includes('/'))
      .sort();
  const make = (from: FaceDetector) => {
    const at = (name: string) => path.join(folder, name);
    const folders = { annotate: at('annotate'), redact: at('redact'), crops: at('crops') };
    const input = { name: 'a.png', relative: 'a.png', read: async () => new Uint8Array() };
    const request = { folders, options: {}, mayReplace: false };
    return makePictures(from, new Uint8Array(), input, 'a', request, new AbortController().signal);
  };

  it('are all written where all are made', async () => {
    await make(detector(crops));
    expect(files()).to.deep.equal(['annotate/a.png', 'crops/a-1.png', 'crops/a-2.png', 'redact/a.png']);
  });

  // Those before it were written already, of an image that is said to have none.
  it('are not written where one cannot be made', async () => {
    const failing = async () => {
      throw new Error('no memory');
    };
    expect((await rejection(make(detector(failing)))).message).to.equal('no memory');
    expect(files()).to.deep.equal([]);
  });

  it('are removed where one cannot be written, but for what was there before', async () => {
    writeFileSync(path.join(folder, 'crops', 'a-2.png'), 'mine');
    expect(await rejection(make(detector(crops)))).to.include({ code: 'EEXIST' });
    expect(files()).to.deep.equal(['crops/a-2.png']);
    expect(readFileSync(path.join(folder, 'crops', 'a-2.png'), 'utf8')).to.equal('mine');
  });
});
