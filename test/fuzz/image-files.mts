// Encoded images of every kind that is read, and of some that are refused, all made by code and small.
import sharp, { type Sharp } from 'sharp';
import { bmpFiles } from './bmp-files.mjs';
import { jpegFiles } from './jpeg-files.mjs';
import { pngFiles } from './png-files.mjs';
import { pnmFiles } from './pnm-files.mjs';
import { randomBytes, type Seeds } from './random-bytes.mjs';
import { tiffFiles } from './tiff-files.mjs';

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
  const block = await noise(8, 8, 1).toColourspace('b-w').jpeg().toBuffer();
  const part = noise(9, 11);
  return {
    ...files,
    ...bmpFiles(),
    ...jpegFiles(block),
    ...pngFiles(),
    ...pnmFiles(),
    ...tiffFiles(await noise(11, 6).jpeg().toBuffer()),
    'webp-animated-part': animation(await part.webp().toBuffer(), false),
    'webp-animated-part-lossless': animation(await part.webp({ lossless: true }).toBuffer(), false),
    'webp-animated-part-alpha': animation(await clear().webp().toBuffer(), true),
    ...damaged(files),
  };
}

/** An animation whose first frame, a still WebP of 9 by 11 pixels, lies at (4, 2) on a canvas of 20 by 16. */
function animation(still: Buffer, hasAlpha: boolean): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const front = Buffer.alloc(8);
    front.write(type);
    front.writeUInt32LE(content.length, 4);
    return Buffer.concat([front, content, Buffer.alloc(content.length % 2)]);
  };
  const canvas = Buffer.from([hasAlpha ? 0x12 : 0x02, 0, 0, 0, 19, 0, 0, 15, 0, 0]);
  const pixels = still.subarray(still.toString('latin1', 12, 16) === 'VP8X' ? 30 : 12);
  const frame = Buffer.concat([Buffer.from([2, 0, 0, 1, 0, 0, 8, 0, 0, 10, 0, 0, 40, 0, 0, 0]), pixels]);
  const chunks = [chunk('VP8X', canvas), chunk('ANIM', Buffer.alloc(6)), chunk('ANMF', frame)];
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]));
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
