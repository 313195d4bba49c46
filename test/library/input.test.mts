import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { type ImageInput, imageReader, type MatLike } from '#dist/library/input.js';
import type { NativePixels } from '#dist/library/native.js';
import { rejection } from '../fixtures/rejection.mjs';

const pixels = (input: unknown) => imageReader(input as ImageInput)() as Promise<NativePixels>;

async function refusal(input: unknown): Promise<string> {
  const error = await rejection((async () => imageReader(input as ImageInput)())());
  expect(error).to.be.instanceOf(FaceDetectorError).with.property('code', 'INVALID_OPTION');
  return error.message;
}

function mat(change: Partial<MatLike> = {}): MatLike {
  return { rows: 2, cols: 3, channels: 3, type: 16, step: 9, getData: () => new Uint8Array(18).fill(5), ...change };
}

describe('image input', () => {
  it('takes encoded bytes in any wrapping, without a copy where the memory stays put', async () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    expect(await imageReader(Buffer.from(bytes))()).to.deep.equal(bytes);
    expect(await imageReader(bytes.buffer)()).to.deep.equal(bytes);
    const view = (await imageReader(bytes.subarray(1, 3))()) as Uint8Array;
    expect([...view]).to.deep.equal([2, 3]);
    expect(view.buffer).to.equal(bytes.buffer);
  });

  it('copies memory that may be resized or is shared', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
    const copy = (await imageReader(shared)()) as Uint8Array;
    expect([...copy]).to.deep.equal([7, 7, 7, 7]);
    expect(copy.buffer).to.be.instanceOf(ArrayBuffer);
    const Resizable = ArrayBuffer as unknown as new (length: number, options: { maxByteLength: number }) => ArrayBuffer;
    const resizable = new Resizable(4, { maxByteLength: 8 });
    const second = (await imageReader(resizable)()) as Uint8Array;
    expect(second.buffer).to.not.equal(resizable);
  });

  it('reads a path, a file URL and the text of one', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'faces-'));
    try {
      const file = path.join(folder, 'a photo.jpg');
      await writeFile(file, 'bytes');
      for (const input of [file, pathToFileURL(file), pathToFileURL(file).href]) {
        expect(Buffer.from((await imageReader(input)()) as Uint8Array).toString()).to.equal('bytes');
      }
      expect(await rejection(imageReader(path.join(folder, 'none.jpg'))())).to.have.property('code', 'ENOENT');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('takes raw pixels of 1, 3 and 4 channels', async () => {
    const data = new Uint8Array(12);
    expect(await pixels({ data, width: 4, height: 3, channels: 1 })).to.include({ width: 4, height: 3, channels: 1 });
    expect(await pixels({ data, width: 2, height: 2, channels: 3, order: 'rgb' })).to.include({ isRgb: true });
    expect(
      await pixels({ data: new Uint8ClampedArray(16), width: 2, height: 2, channels: 4, order: 'bgr' }),
    ).to.include({
      isRgb: false,
    });
    expect(await pixels({ data: data.buffer, width: 2, height: 2, channels: 3, order: 'bgr' })).to.include({
      isRgb: false,
    });
  });

  it('refuses raw pixels whose shape does not fit, saying why', async () => {
    const data = new Uint8Array(12);
    expect(await refusal({ data, width: 2, height: 2, channels: 3 })).to.match(/need an order/);
    expect(await refusal({ data, width: 2, height: 3, channels: 3, order: 'rgb' })).to.equal(
      'raw pixels of 2 x 3 with 3 channels are 18 bytes, got 12',
    );
    expect(await refusal({ data, width: 2, height: 3, channels: 2, order: 'rgb' })).to.match(/1, 3 or 4/);
    expect(await refusal({ data, width: 0, height: 3, channels: 1 })).to.match(/at least 1/);
    expect(await refusal({ data, width: 2.5, height: 3, channels: 1 })).to.match(/integers/);
    expect(await refusal({ data: 'text', width: 2, height: 3, channels: 1 })).to.match(/^data of raw pixels/);
    expect(await refusal({ data: [1, 2], width: 2, height: 1, channels: 1 })).to.match(/^data of raw pixels/);
  });

  it('takes what looks like an OpenCV Mat, as BGR', async () => {
    expect(await pixels(mat())).to.include({ width: 3, height: 2, channels: 3, isRgb: false });
    expect(await pixels(mat({ type: 0, step: 3, getData: () => new Uint8Array(6) }))).to.include({ channels: 1 });
    expect(await pixels(mat({ type: 24, step: 12, getData: () => new Uint8Array(24) }))).to.include({ channels: 4 });
  });

  it('copies a Mat with gaps between its rows, or refuses it', async () => {
    const stepped = mat({
      step: 30,
      getData: () => {
        throw new Error('getData on a region');
      },
      copy: () => mat(),
    });
    expect((await pixels(stepped)).data).to.have.length(18);
    expect(await refusal(mat({ step: 30 }))).to.match(/have gaps/);
    expect(await refusal(mat({ step: 30, copy: () => mat({ step: 12 }) }))).to.match(/have gaps/);
  });

  // Only the step was looked at: a region of whole rows has no gaps, and getData refuses it nevertheless.
  it('copies a region of whole rows', async () => {
    const getData = () => {
      throw 'Cannot call GetData when Region of Interest is defined';
    };
    expect((await pixels(mat({ getData, copy: () => mat() }))).data).to.have.length(18);
    expect(await refusal(mat({ getData, copy: () => mat({ getData }) }))).to.match(
      /^the Mat cannot be read: Cannot call/,
    );
  });

  it('refuses a Mat of another type, with too little data, or that throws a string', async () => {
    expect(await refusal(mat({ type: 21 }))).to.match(/got 21/);
    expect(await refusal(mat({ getData: () => new Uint8Array(17) }))).to.match(/has 18 bytes, got 17/);
    expect(await refusal(mat({ getData: () => undefined as unknown as Uint8Array }))).to.match(/got 0/);
    const thrower = mat({
      getData: () => {
        throw 'Mat::GetData - failed';
      },
    });
    expect(await refusal(thrower)).to.equal('the Mat cannot be read: Mat::GetData - failed');
  });

  // An empty Mat was refused with words on raw pixels, or with those of getData.
  it('refuses a Mat without pixels, saying so', async () => {
    const getData = () => new Uint8Array(0);
    const empty = 'the Mat is empty, or has more than two dimensions';
    expect(await refusal(mat({ rows: 0, cols: 0, step: 0, getData }))).to.equal(empty);
    expect(await refusal(mat({ rows: -1, cols: -1, getData }))).to.equal(empty);
  });

  it('refuses what is no image', async () => {
    for (const input of [undefined, null, 5, {}, [], true]) expect(await refusal(input)).to.match(/^the image must be/);
  });
});
