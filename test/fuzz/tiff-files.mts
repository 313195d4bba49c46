// TIFF of every layout that is read, made by code: tiny, uncompressed unless it says otherwise.
import { deflateSync } from 'node:zlib';
import { randomBytes, type Seeds } from './random-bytes.mjs';

const byte = 1;
const short = 3;
const long = 4;
const sizes: Record<number, number> = { [byte]: 1, [short]: 2, [long]: 4 };

/** Tag, type and values. */
type Entry = [tag: number, type: number, values: number[]];
interface Page {
  entries: Entry[];
  /** What StripOffsets (273) or TileOffsets (324) point at, one after another. */
  blocks: Buffer[];
}

function valuesOf([, type, values]: Entry): Buffer {
  const size = sizes[type] ?? 1;
  const bytes = Buffer.alloc(values.length * size);
  for (const [i, value] of values.entries()) bytes.writeUIntLE(value, i * size, size);
  return bytes;
}

/** A file of these pages, each directory followed by its values and blocks. */
function file(...pages: Page[]): Buffer {
  const start = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  let at = start.length;
  const parts = pages.map(({ entries, blocks }, index) => {
    const directory = Buffer.alloc(2 + entries.length * 12 + 4);
    directory.writeUInt16LE(entries.length, 0);
    const outside: Buffer[] = [];
    let end = at + directory.length;
    const starts = entries.map((entry) => {
      const bytes = valuesOf(entry);
      if (bytes.length <= 4) return undefined;
      const start = end;
      end += bytes.length;
      return start;
    });
    let block = end;
    entries.forEach(([tag, type, values], i) => {
      const isOffsets = tag === 273 || tag === 324;
      const filled = isOffsets ? values.map((_, j) => block + sum(blocks.slice(0, j))) : values;
      const bytes = valuesOf([tag, type, filled]);
      const entry = 2 + i * 12;
      directory.writeUInt16LE(tag, entry);
      directory.writeUInt16LE(type, entry + 2);
      directory.writeUInt32LE(values.length, entry + 4);
      const start = starts[i];
      if (start === undefined) bytes.copy(directory, entry + 8);
      else {
        directory.writeUInt32LE(start, entry + 8);
        outside.push(bytes);
      }
    });
    block += sum(blocks);
    at = block;
    directory.writeUInt32LE(index < pages.length - 1 ? at : 0, directory.length - 4);
    return Buffer.concat([directory, ...outside, ...blocks]);
  });
  return Buffer.concat([start, ...parts]);
}

const sum = (blocks: Buffer[]) => blocks.reduce((total, { length }) => total + length, 0);

interface Layout {
  bits?: number;
  samples?: number;
  photometric?: number;
  compression?: number;
  format?: number;
  isPlanar?: boolean;
  tile?: number;
  rows?: number;
  more?: Entry[];
  /** In place of random bytes. */
  block?: Buffer;
}

const width = 11;
const height = 6;

/** Of random pixels, in one strip, in strips of `rows`, in tiles, or sample after sample. */
function page(layout: Layout = {}): Page {
  const { bits = 8, samples = 1, photometric = 1, compression = 1, format, isPlanar = false, tile, rows } = layout;
  const across = tile ?? width;
  const down = tile ?? rows ?? height;
  const count = Math.ceil(width / across) * Math.ceil(height / down) * (isPlanar ? samples : 1);
  const length = Math.ceil((across * (isPlanar ? 1 : samples) * bits) / 8) * down;
  const blocks = Array.from({ length: count }, (_, i) => layout.block ?? randomBytes(length, bits * 10 + samples + i));
  const offsets = Array.from({ length: count }, () => 0);
  const lengths = blocks.map((block) => block.length);
  const entries: Entry[] = [
    [256, short, [width]],
    [257, short, [height]],
    [258, short, Array.from({ length: samples }, () => bits)],
    [259, short, [compression]],
    [262, short, [photometric]],
    [277, short, [samples]],
    [284, short, [isPlanar ? 2 : 1]],
    ...(layout.more ?? []),
  ];
  if (tile === undefined) entries.push([273, long, offsets], [278, long, [down]], [279, long, lengths]);
  else entries.push([322, long, [tile]], [323, long, [tile]], [324, long, offsets], [325, long, lengths]);
  if (format !== undefined) entries.push([339, short, Array.from({ length: samples }, () => format)]);
  return { entries: entries.sort(([a], [b]) => a - b), blocks };
}

/** Rows of SGI's logarithmic coding, in which each byte of a pixel is a plane, and a plane here a run of one value. */
const runs = (planes: number) =>
  Buffer.from(Array.from({ length: height * planes }, (_, i) => [126 + width, 10 * i]).flat());

const palette = (bits: number): Entry => [320, short, [...randomBytes(3 << bits, bits)].map((value) => value * 257)];

/** One of each, by a name that says what is special; `jpeg` is an encoded picture for the old kind of JPEG inside. */
export function tiffFiles(jpeg: Buffer): Seeds {
  const one = (layout: Layout) => file(page(layout));
  const gray = Array.from({ length: 16 }, (_, i) => i + 1);
  const oldJpeg: Entry[] = [
    [513, long, [8 + 2 + 12 * 12 + 4 + 6]],
    [514, long, [jpeg.length]],
  ];
  return {
    ...Object.fromEntries(gray.map((bits) => [`tiff-gray-${bits}`, one({ bits })])),
    ...Object.fromEntries(
      [1, 2, 4, 8].map((bits) => [`tiff-palette-${bits}`, one({ bits, photometric: 3, more: [palette(bits)] })]),
    ),
    'tiff-white-is-zero': one({ bits: 4, photometric: 0 }),
    'tiff-rgb-5': one({ bits: 5, samples: 3, photometric: 2 }),
    'tiff-rgb-12': one({ bits: 12, samples: 3, photometric: 2 }),
    'tiff-rgb-32': one({ bits: 32, samples: 3, photometric: 2 }),
    'tiff-signed': one({ format: 2 }),
    'tiff-float-16': one({ bits: 16, format: 3 }),
    'tiff-float-32': one({ bits: 32, format: 3 }),
    'tiff-float-64': one({ bits: 64, format: 3 }),
    'tiff-float-old-tag': one({ bits: 32, more: [[32996, short, [3]]] }),
    'tiff-cmyk': one({ samples: 4, photometric: 5 }),
    'tiff-cmyk-alpha': one({ samples: 5, photometric: 5, more: [[338, short, [2]]] }),
    'tiff-straight-alpha': one({ samples: 4, photometric: 2, more: [[338, short, [2]]] }),
    'tiff-extra-samples': one({ bits: 16, samples: 6, photometric: 2, more: [[338, short, [2, 0, 0]]] }),
    'tiff-planar': one({ samples: 3, photometric: 2, isPlanar: true, rows: 4 }),
    'tiff-planar-16': one({ bits: 16, samples: 4, photometric: 2, isPlanar: true, more: [[338, short, [2]]] }),
    'tiff-planar-tiles': one({ bits: 4, samples: 3, photometric: 2, isPlanar: true, tile: 16 }),
    'tiff-tiles-larger': one({ tile: 32 }),
    'tiff-rows': one({ rows: 1 }),
    'tiff-ycbcr': one({ samples: 3, photometric: 6, more: [[530, short, [2, 2]]], block: randomBytes(108, 4) }),
    'tiff-ycbcr-plain': one({ samples: 3, photometric: 6, more: [[530, short, [1, 1]]] }),
    'tiff-lab': one({ samples: 3, photometric: 8 }),
    'tiff-old-jpeg': file({ ...page({ samples: 3, photometric: 6, compression: 6, more: oldJpeg, block: jpeg }) }),
    'tiff-log-luminance': one({
      bits: 16,
      photometric: 32844,
      compression: 34676,
      format: 2,
      block: runs(2),
    }),
    'tiff-log-luv': one({
      bits: 16,
      samples: 3,
      photometric: 32845,
      compression: 34676,
      format: 2,
      block: runs(4),
    }),
    'tiff-thunder': one({ bits: 4, compression: 32809, block: randomBytes(40, 5) }),
    'tiff-next': one({ bits: 2, compression: 32766, block: randomBytes(40, 6) }),
    'tiff-pixar': one({
      samples: 3,
      photometric: 2,
      compression: 32909,
      block: deflateSync(randomBytes(width * height * 3 * 2, 7)),
    }),
    'tiff-fax-3': one({ bits: 1, compression: 3, block: randomBytes(30, 2) }),
    'tiff-two-directories': file(page({ more: [[254, long, [1]]] }), page({ samples: 3, photometric: 2 })),
  };
}
