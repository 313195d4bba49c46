import { FaceDetectorError } from '../face-detector-error.js';
import { type Box, boxesOf, findBox } from './boxes.js';

/** What the header of a HEIC or AVIF file says of its primary image. */
export interface HeifHeader {
  /** Pixels as displayed: cropped (clap) and turned (irot). */
  width: number;
  height: number;
  /** Pixels of the coded image. */
  codedPixels: number;
  /** The deepest channel of any image in the file. */
  bits: number;
}

const corrupt = (what: string) => new FaceDetectorError('CORRUPT_IMAGE', `the header of the image is damaged: ${what}`);

/** Reads whole numbers one after another; beyond the end they are 0. */
class Reader {
  readonly #view: DataView;
  constructor(
    bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  get isAtEnd(): boolean {
    return this.at >= this.end;
  }
  next(size: 1 | 2 | 4): number {
    const at = this.at;
    this.at += size;
    if (this.at > this.end) return 0;
    return size === 1 ? this.#view.getUint8(at) : size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }
}

/** The version of a full box, and a reader behind its flags. */
function openFull(bytes: Uint8Array, { start, end }: Box): { version: number; flags: number; reader: Reader } {
  const reader = new Reader(bytes, start, end);
  const version = reader.next(1);
  const flags = reader.next(1) * 0x10000 + reader.next(2);
  return { version, flags, reader };
}

/** The positions, from 1, of an item's properties in ipco, in the order in which they apply. */
function propertiesOf(bytes: Uint8Array, item: number, iprp: Box): number[] {
  const found: number[] = [];
  for (const box of boxesOf(bytes, iprp.start, iprp.end)) {
    if (box.type !== 'ipma' || box.end > iprp.end) continue;
    const { version, flags, reader } = openFull(bytes, box);
    for (let items = reader.next(4); items > 0 && !reader.isAtEnd; items--) {
      const id = reader.next(version < 1 ? 2 : 4);
      for (let count = reader.next(1); count > 0 && !reader.isAtEnd; count--) {
        const index = flags & 1 ? reader.next(2) & 0x7fff : reader.next(1) & 0x7f;
        if (id === item) found.push(index);
      }
    }
  }
  return found;
}

type Size = Pick<HeifHeader, 'width' | 'height'>;

/** The size after one property: the coded size, a crop or a turn. */
function applied(bytes: Uint8Array, box: Box, { width, height }: Size): Size {
  if (box.type === 'ispe') {
    const { reader } = openFull(bytes, box);
    return { width: reader.next(4), height: reader.next(4) };
  }
  const reader = new Reader(bytes, box.start, box.end);
  if (box.type === 'irot') return reader.next(1) & 1 ? { width: height, height: width } : { width, height };
  if (box.type !== 'clap') return { width, height };
  const side = () => Math.round(reader.next(4) / reader.next(4));
  return { width: side(), height: side() };
}

/** Bits of the deepest channel that a property tells of, 0 if none. */
function bitsOf(bytes: Uint8Array, box: Box): number {
  if (box.type === 'pixi') {
    const { reader } = openFull(bytes, box);
    return Math.max(...Array.from({ length: Math.min(reader.next(1), 16) }, () => reader.next(1)), 0);
  }
  const reader = new Reader(bytes, box.start, box.end);
  if (box.type === 'av1C') {
    reader.at += 2; // high_bitdepth, twelve_bit (AV1-ISOBMFF 2.3.3)
    const flags = reader.next(1);
    if ((flags & 0x40) === 0) return 8;
    return flags & 0x20 ? 12 : 10;
  }
  if (box.type !== 'hvcC') return 0;
  reader.at += 17; // bitDepthLumaMinus8, bitDepthChromaMinus8 (ISO/IEC 14496-15, 8.3.3.1)
  return 8 + Math.max(reader.next(1) & 7, reader.next(1) & 7);
}

/**
 * Reads the header of a HEIC or AVIF file, without its pixels. Throws FaceDetectorError CORRUPT_IMAGE if it has no
 * still image, or does not tell its size.
 */
export function readHeifHeader(bytes: Uint8Array): HeifHeader {
  const meta = findBox(bytes, 'meta', 0, bytes.length);
  if (!meta) throw corrupt('it ends early, or has no still image');
  const inside = meta.start + 4;
  const pitm = findBox(bytes, 'pitm', inside, meta.end);
  const iprp = findBox(bytes, 'iprp', inside, meta.end);
  const ipco = iprp && findBox(bytes, 'ipco', iprp.start, iprp.end);
  if (!pitm || !ipco) throw corrupt('it names no image');
  const { version, reader } = openFull(bytes, pitm);
  const item = reader.next(version === 0 ? 2 : 4);
  const properties = [...boxesOf(bytes, ipco.start, ipco.end)].filter(({ end }) => end <= ipco.end);
  let size: Size = { width: 0, height: 0 };
  let codedPixels = 0;
  for (const index of propertiesOf(bytes, item, iprp)) {
    const box = properties[index - 1];
    if (!box) continue;
    size = applied(bytes, box, size);
    if (box.type === 'ispe') codedPixels = size.width * size.height;
  }
  const { width, height } = size;
  if (!(codedPixels > 0 && width > 0 && height > 0 && Number.isFinite(width * height)))
    throw corrupt('it does not tell the size');
  return { width, height, codedPixels, bits: Math.max(8, ...properties.map((box) => bitsOf(bytes, box))) };
}

/** Whether a box goes on behind the end of the bytes: the file has been cut. */
export function endsEarly(bytes: Uint8Array): boolean {
  for (const { end } of boxesOf(bytes, 0, bytes.length)) if (end > bytes.length) return true;
  return false;
}
