import { expect } from 'chai';
import { loadAddon } from '#dist/library/load-addon.js';
import type { NativeFrame } from '#dist/library/native.js';

const [width, height] = [9, 7]; // odd: 63 bytes of brightness, 2 x 20 of colour
const bytes = width * height + 2 * 5 * 4;

const frame = (changes: object = {}): NativeFrame => ({
  data: new Uint8Array(bytes).fill(200),
  width,
  height,
  boxes: [{ x: 2, y: 2, width: 4, height: 4 }],
  mode: 'fill',
  shape: 'box',
  margin: 0,
  ...changes,
});

describe('frameToBgr of the addon', () => {
  const toConvert = (changes: object = {}) => ({
    data: new Uint8Array(bytes).fill(126, 0, width * height).fill(128, width * height),
    width,
    height,
    isBt709: true,
    bgr: new Uint8Array(3 * width * height),
    ...changes,
  });

  it('writes the pixels into the buffer that it is given', async () => {
    const given = toConvert();
    await loadAddon().frameToBgr(given);
    expect([...given.bgr]).to.deep.equal(Array(3 * width * height).fill(128));
  });

  it('throws TypeError for what it cannot read or write safely', () => {
    for (const changes of [
      { data: new Uint8Array(bytes - 1) },
      { bgr: new Uint8Array(3 * width * height - 1) },
      { bgr: new Uint8ClampedArray(3 * width * height) },
      { bgr: undefined },
      { width: 0 },
      { height: 2 ** 16 },
      { isBt709: 1 },
    ])
      expect(() => loadAddon().frameToBgr(toConvert(changes)), JSON.stringify(changes)).to.throw(TypeError);
  });
});

describe('redactFrame of the addon', () => {
  it('hides boxes in the buffer that it is given', async () => {
    const { data, ...rest } = frame();
    await loadAddon().redactFrame({ data, ...rest });
    const black = data.filter((value) => value === 16).length;
    const gray = data.filter((value) => value === 128).length;
    expect([black, gray]).to.deep.equal([16, 8]);
  });

  it('takes a part of a larger buffer, and leaves the rest of it', async () => {
    const large = new Uint8Array(bytes + 20).fill(200);
    await loadAddon().redactFrame(
      frame({ data: large.subarray(10, 10 + bytes), boxes: [{ x: 0, y: 0, width: 99, height: 99 }] }),
    );
    expect([...large.subarray(0, 10), ...large.subarray(10 + bytes)]).to.deep.equal(Array(20).fill(200));
    expect([...large.subarray(10, 10 + bytes)]).not.to.include(200);
  });

  it('throws TypeError for what it cannot write into safely', () => {
    const detached = new Uint8Array(bytes);
    structuredClone(detached, { transfer: [detached.buffer] });
    for (const changes of [
      { data: new Uint8Array(bytes - 1) },
      { data: new Uint8Array(bytes + 1) },
      { data: new Uint8ClampedArray(bytes) },
      { data: detached },
      { data: undefined },
      { width: 0 },
      { width: 2 ** 16, height: 2 ** 16 },
      { width: Number.NaN },
      { height: '7' },
      { boxes: undefined },
      { boxes: [{ x: 1, y: 1, width: -1, height: 1 }] },
      { boxes: [{ x: Number.POSITIVE_INFINITY, y: 1, width: 1, height: 1 }] },
      { mode: 'erase' },
      { shape: 'star' },
      { margin: 2 },
    ]) {
      expect(() => loadAddon().redactFrame(frame(changes)), JSON.stringify(changes)).to.throw(TypeError);
    }
    expect(() => loadAddon().redactFrame(undefined as unknown as NativeFrame)).to.throw(TypeError);
  });
});
