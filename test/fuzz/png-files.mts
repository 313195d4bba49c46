// PNG of every colour type and depth, made by code, plain and interlaced.
import { crc32, deflateSync } from 'node:zlib';
import { randomBytes, type Seeds } from './random-bytes.mjs';

const width = 9;
const height = 7;

function chunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type), content]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(content.length, 0);
  around.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([around.subarray(0, 4), typed, around.subarray(4)]);
}

/** Where each pass of Adam7 begins and how far apart its pixels are, in x and y. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Random rows of `bits` a pixel, each behind its filter, all five in turn. */
function rows(across: number, down: number, bits: number): Buffer[] {
  if (across === 0) return [];
  return Array.from({ length: down }, (_, y) =>
    Buffer.concat([Buffer.from([y % 5]), randomBytes(Math.ceil((across * bits) / 8), bits + y)]),
  );
}

function file(type: number, depth: number, isInterlaced: boolean, more: Buffer[] = []): Buffer {
  const bits = depth * ({ 2: 3, 4: 2, 6: 4 }[type] ?? 1);
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, depth, type, 0, 0, isInterlaced ? 1 : 0]);
  const data = isInterlaced
    ? passes.flatMap(([x, y, dx, dy]) => rows(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy), bits))
    : rows(width, height, bits);
  const packed = deflateSync(Buffer.concat(data));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...more,
    chunk('IDAT', packed.subarray(0, 10)), // in two parts
    chunk('IDAT', packed.subarray(10)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const depths: Record<number, number[]> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };

export function pngFiles(): Seeds {
  const files: Seeds = {};
  for (const [type, ofType] of Object.entries(depths)) {
    for (const depth of ofType) {
      const isPalette = type === '3';
      const palette = isPalette ? [chunk('PLTE', randomBytes(3 << depth, 2))] : [];
      files[`png-${type}-${depth}`] = file(Number(type), depth, false, palette);
      files[`png-${type}-${depth}-interlaced`] = file(Number(type), depth, true, palette);
    }
  }
  const clear = (type: number, bytes: number[], palette: Buffer[] = []) =>
    file(type, 8, true, [...palette, chunk('tRNS', Buffer.from(bytes))]);
  return {
    ...files,
    'png-gray-clear': clear(0, [0, 100]),
    'png-rgb-clear': clear(2, [0, 1, 0, 2, 0, 3]),
    'png-palette-clear': clear(3, [0, 100, 200], [chunk('PLTE', randomBytes(768, 3))]),
  };
}
