// Encoded images of every kind that is read, and of some that are refused, all made by code and small.
import sharp, { type Sharp } from 'sharp';

/** Contents by a name that says what is special. */
export type Seeds = Record<string, Buffer>;

/** Numbers that repeat from run to run: Numerical Recipes' congruential generator. */
export function randomBytes(count: number, seed: number): Buffer {
  const bytes = Buffer.alloc(count);
  let state = seed;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

function noise(width: number, height: number, channels: 1 | 3 | 4 = 3): Sharp {
  return sharp(randomBytes(width * height * channels, width), { raw: { width, height, channels } });
}

const small = () => noise(17, 13);
const clear = () => noise(9, 11, 4);

/** Images, whole and damaged. */
export async function imageFiles(): Promise<Seeds> {
  const frames = sharp(randomBytes(12 * 30 * 4, 3), { raw: { width: 12, height: 30, channels: 4, pageHeight: 10 } });
  const encoders: Record<string, Sharp> = {
    jpeg: small().jpeg(),
    'jpeg-444': small().jpeg({ chromaSubsampling: '4:4:4', optimiseCoding: true }),
    'jpeg-progressive': noise(33, 40).jpeg({ progressive: true, quality: 50 }),
    'jpeg-gray': noise(17, 13, 1).toColourspace('b-w').jpeg(),
    'jpeg-cmyk': small().toColourspace('cmyk').jpeg(),
    'jpeg-orientation': small().withMetadata({ orientation: 6 }).jpeg(),
    png: small().png(),
    'png-palette': small().png({ palette: true, colours: 16 }),
    'png-palette-alpha': clear().png({ palette: true }),
    'png-alpha': clear().png(),
    'png-gray': noise(5, 7, 1).toColourspace('b-w').png(),
    'png-deep': small().toColourspace('rgb16').png(),
    'png-interlaced': small().png({ progressive: true }),
    'png-orientation': small().withMetadata({ orientation: 5 }).png(),
    webp: small().webp(),
    'webp-lossless': small().webp({ lossless: true }),
    'webp-alpha': clear().webp(),
    'webp-orientation': small().withMetadata({ orientation: 3 }).webp(),
    'webp-animated': frames.webp({ loop: 0 }),
    gif: small().gif(),
    tiff: small().tiff({ compression: 'none' }),
    'tiff-lzw': small().tiff({ compression: 'lzw', predictor: 'horizontal' }),
    'tiff-deflate': small().tiff({ compression: 'deflate' }),
    'tiff-jpeg': noise(32, 32).tiff({ compression: 'jpeg' }),
    'tiff-packbits': small().tiff({ compression: 'packbits' }),
    'tiff-fax': noise(17, 13, 1).toColourspace('b-w').tiff({ compression: 'ccittfax4', bitdepth: 1 }),
    'tiff-tiles': small().tiff({ tile: true, tileWidth: 16, tileHeight: 16 }),
    'tiff-alpha': clear().tiff(),
    'tiff-deep': small().toColourspace('rgb16').tiff(),
    'tiff-palette': noise(17, 13, 1).toColourspace('b-w').tiff({ bitdepth: 4 }),
    'tiff-orientation': small().withMetadata({ orientation: 8 }).tiff(),
  };
  const files: Seeds = {};
  for (const [name, encoder] of Object.entries(encoders)) files[name] = await encoder.toBuffer();
  return { ...files, ...bitmaps(), ...damaged(files) };
}

/** Of kinds that sharp does not write: bottom up, top down, with a palette, with run lengths, with the header of OS/2. */
function bitmaps(): Seeds {
  const file = (header: Buffer, pixels: Buffer) => {
    const start = Buffer.alloc(14);
    start.write('BM');
    start.writeUInt32LE(14 + header.length + pixels.length, 2);
    start.writeUInt32LE(14 + header.length, 10);
    return Buffer.concat([start, header, pixels]);
  };
  const info = (height: number, bits: number, compression: number, colours: number) => {
    const header = Buffer.alloc(40 + colours * 4);
    header.writeUInt32LE(40, 0);
    header.writeInt32LE(4, 4);
    header.writeInt32LE(height, 8);
    header.writeUInt16LE(1, 12);
    header.writeUInt16LE(bits, 14);
    header.writeUInt32LE(compression, 16);
    header.writeUInt32LE(colours, 32);
    randomBytes(colours * 4, 9).copy(header, 40);
    return header;
  };
  const core = Buffer.from([12, 0, 0, 0, 4, 0, 2, 0, 1, 0, 24, 0]);
  const runs = Buffer.from([4, 7, 0, 0, 0, 4, 1, 2, 3, 4, 0, 1]); // a run of four, end of line, four literals, end
  return {
    bmp: file(info(3, 24, 0, 0), randomBytes(36, 1)),
    'bmp-top-down': file(info(-3, 32, 0, 0), randomBytes(48, 2)),
    'bmp-palette': file(info(3, 8, 0, 16), randomBytes(12, 3)),
    'bmp-runs': file(info(2, 8, 1, 16), runs),
    'bmp-core': file(core, randomBytes(24, 4)),
  };
}

/** What ends early, and what is no image or none that is read. */
function damaged({ jpeg, 'jpeg-progressive': progressive, png, webp }: Seeds): Seeds {
  const half = (file: Buffer = Buffer.alloc(0)) => file.subarray(0, file.length / 2);
  return {
    'jpeg-half': half(jpeg),
    'jpeg-progressive-half': half(progressive),
    'png-half': half(png),
    'webp-half': half(webp),
    empty: Buffer.alloc(0),
    heic: Buffer.from('\0\0\0\x18ftypmif1\0\0\0\0heicavif', 'latin1'),
    jxl: Buffer.from('\0\0\0\x0CJXL \r\n\x87\n', 'latin1'),
    svg: Buffer.from('<?xml version="1.0"?><svg/>'),
    bigtiff: Buffer.from('II+\0\b\0\0\0', 'latin1'),
  };
}
