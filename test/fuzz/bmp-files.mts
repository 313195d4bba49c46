// BMP of every depth and coding, made by code.
import { randomBytes, type Seeds } from './random-bytes.mjs';

const width = 5;

function file(header: Buffer, pixels: Buffer): Buffer {
  const start = Buffer.alloc(14);
  start.write('BM');
  start.writeUInt32LE(14 + header.length + pixels.length, 2);
  start.writeUInt32LE(14 + header.length, 10);
  return Buffer.concat([start, header, pixels]);
}

interface Info {
  height?: number;
  bits: number;
  compression?: number;
  colours?: number;
  masks?: number[];
  size?: number;
}

/** A header of Windows' with what stands behind it: masks (from 52 bytes on inside of it) and palette. */
function info({ height = 3, bits, compression = 0, colours = 0, masks = [], size = 40 }: Info): Buffer {
  const front = Buffer.alloc(40);
  front.writeUInt32LE(size, 0);
  front.writeInt32LE(width, 4);
  front.writeInt32LE(height, 8);
  front.writeUInt16LE(1, 12);
  front.writeUInt16LE(bits, 14);
  front.writeUInt32LE(compression, 16);
  front.writeUInt32LE(colours, 32);
  const behind = Buffer.alloc(masks.length * 4);
  for (const [i, mask] of masks.entries()) behind.writeUInt32LE(mask, i * 4);
  const rest = Buffer.alloc(Math.max(size - 40 - behind.length, 0));
  return Buffer.concat([front, behind, rest, randomBytes(colours * 4, 9)]);
}

function pixels(bits: number, height = 3): Buffer {
  return randomBytes(Math.ceil((width * bits) / 32) * 4 * height, bits);
}

/** One of each: bottom up, top down, with palettes, masks and run lengths, with the header of OS/2. */
export function bmpFiles(): Seeds {
  const core = Buffer.from([12, 0, 0, 0, width, 0, 2, 0, 1, 0, 24, 0]);
  const plain = [1, 2, 4, 8, 16, 24, 32].map((bits): [string, Buffer] => {
    const colours = bits <= 8 ? 1 << bits : 0;
    return [`bmp-${bits}`, file(info({ bits, colours: Math.min(colours, 20) }), pixels(bits))];
  });
  const masked = [40, 52, 56, 108, 124].map((size): [string, Buffer] => [
    `bmp-masks-${size}`,
    file(info({ bits: 16, compression: 3, masks: [0xf800, 0x07e0, 0x1f], size }), pixels(16)),
  ]);
  // A run of four, end of line, four literals, a step by one and one, a run beyond the row, end.
  const runs = Buffer.from([4, 7, 0, 0, 0, 4, 1, 2, 3, 4, 0, 2, 1, 1, 9, 5, 0, 1]);
  return {
    ...Object.fromEntries([...plain, ...masked]),
    'bmp-top-down': file(info({ height: -3, bits: 32 }), pixels(32)),
    'bmp-masks-10-bits': file(info({ bits: 32, compression: 3, masks: [0x3ff00000, 0xffc00, 0x3ff] }), pixels(32)),
    'bmp-masks-alpha': file(
      info({ bits: 32, compression: 6, masks: [0xff, 0xff00, 0xff0000, 0xff000000] }),
      pixels(32),
    ),
    'bmp-rle-8': file(info({ bits: 8, compression: 1, colours: 16 }), runs),
    'bmp-rle-4': file(info({ bits: 4, compression: 2, colours: 16 }), runs),
    'bmp-core': file(core, pixels(24, 2)),
    'bmp-os2': file(info({ bits: 24, size: 64 }), pixels(24)),
  };
}
