import { FaceDetectorError } from '../face-detector-error.js';

/** The first frame of a GIF, and the canvas that it lies on. */
export interface GifHeader {
  /** The canvas: the logical screen, or what the first frame needs if that is larger. */
  width: number;
  height: number;
  /** The frame's place on the canvas. */
  frame: { left: number; top: number; width: number; height: number };
  /** Offsets of the parts that the frame is made of; `control` is absent without a graphic control extension. */
  parts: { screenEnd: number; control?: number; descriptor: number; end: number };
}

const headerBytes = 13;
const extension = 0x21;
const graphicControl = 0xf9;
const imageDescriptor = 0x2c;
const trailer = 0x3b;
// Encoders fill blocks up to 255 bytes: this many are 128 MB of codes. More would hold up the event loop.
const maxBlocks = 500_000;

const corrupt = (what: string) => new FaceDetectorError('CORRUPT_IMAGE', `the GIF is damaged: ${what}`);
const truncated = () => new FaceDetectorError('TRUNCATED_IMAGE', 'the image ends early: part of it is missing');

/** Bytes of the colour table that a packed field announces. */
const tableBytes = (packed: number) => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);

class Blocks {
  #left = maxBlocks;
  constructor(readonly bytes: Uint8Array) {}

  /** The offset behind the sub-blocks that begin at `at`; undefined if the file ends before. */
  skip(start: number): number | undefined {
    let at = start;
    for (; this.#left > 0; this.#left--) {
      const size = this.bytes[at];
      if (size === undefined) return undefined;
      at += size + 1;
      if (size === 0) return at;
    }
    throw corrupt('it has too many blocks');
  }
}

/**
 * Reads a GIF up to the end of its first frame, without decoding it. Throws FaceDetectorError CORRUPT_IMAGE for a
 * damaged header, TRUNCATED_IMAGE if the frame's data are not all there.
 */
export function readGifHeader(bytes: Uint8Array): GifHeader {
  if (bytes.length < headerBytes) throw corrupt('it ends within its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const screenEnd = headerBytes + tableBytes(bytes[10] as number);
  const blocks = new Blocks(bytes);
  let at = screenEnd;
  let control: number | undefined;
  while (bytes[at] === extension) {
    if (bytes[at + 1] === graphicControl && bytes[at + 2] === 4 && bytes[at + 7] === 0) control = at;
    const next = blocks.skip(at + 2);
    if (next === undefined) throw corrupt('it ends within its header');
    at = next;
  }
  if (bytes[at] !== imageDescriptor || at + 10 > bytes.length) throw corrupt('it has no picture');
  const [left, top, width, height] = [1, 3, 5, 7].map((field) => view.getUint16(at + field, true)) as [
    number,
    number,
    number,
    number,
  ];
  if (width === 0 || height === 0) throw corrupt('its picture has no pixels');
  const data = at + 10 + tableBytes(bytes[at + 9] as number);
  const end = blocks.skip(data + 1); // behind the size of the codes
  if (end === undefined) throw truncated();
  return {
    width: Math.max(view.getUint16(6, true), left + width),
    height: Math.max(view.getUint16(8, true), top + height),
    frame: { left, top, width, height },
    parts: { screenEnd, ...(control !== undefined && { control }), descriptor: at, end },
  };
}

/** A copy of the GIF with nothing but its first frame, on a canvas of the frame's size. Each byte is copied once, on the event loop. */
export function firstFrame(bytes: Uint8Array, { frame, parts }: GifHeader): Buffer {
  const { screenEnd, control, descriptor, end } = parts;
  const screen = bytes.subarray(0, screenEnd);
  const controlled = control === undefined ? new Uint8Array(0) : bytes.subarray(control, control + 8);
  const copy = Buffer.concat([screen, controlled, bytes.subarray(descriptor, end), Buffer.of(trailer)]);
  copy.write('GIF89a', 'latin1'); // 87a has no extensions
  copy.writeUInt16LE(frame.width, 6);
  copy.writeUInt16LE(frame.height, 8);
  const left = screenEnd + controlled.length + 1;
  copy.fill(0, left, left + 4); // and top
  return copy;
}
