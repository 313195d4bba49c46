// node tools/compare-readers/orientation-inputs.mjs FOLDER: writes pictures of 48 x 32 pixels that say in all manner of ways that they
// are to be turned (orientation 6). A reader that heeds it shows 32 x 48 pixels.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

const [width, height] = [48, 32];
const pixels = Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => ((i % 3) * 80 + i / 9) % 256));
const picture = sharp(pixels, { raw: { width, height, channels: 3 } });

const byte = 1;
const short = 3;
const long = 4;
const u16 = (value) => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value) => Buffer.concat([u16(value & 0xffff), u16(value >>> 16)]);

/** An entry of a TIFF directory, least byte first: one whole number, or where several stand. */
const entry = (tag, type, value, count = 1) => Buffer.concat([u16(tag), u16(type), u32(count), u32(value)]);
const directory = (entries, next = 0) => Buffer.concat([u16(entries.length), ...entries, u32(next)]);
const turned = (type = short, value = 6, count = 1) => entry(274, type, value, count);

/** An EXIF block's body: a TIFF header and its directory. */
const exif = (...entries) => Buffer.concat([Buffer.from('II*\0'), u32(8), directory(entries)]);
const turn = exif(turned());
const upright = exif(turned(short, 1));
const bigEndian = Buffer.from('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0', 'latin1');
/** Orientation 6 in the second directory alone, that of the thumbnail. */
const ofThumbnail = Buffer.concat([
  Buffer.from('II*\0'),
  u32(8),
  directory([entry(296, short, 2)], 26),
  directory([turned()]),
]);

function inJpeg(jpeg, at, ...bodies) {
  const segments = bodies.map((body) =>
    Buffer.concat([Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255]), body]),
  );
  return Buffer.concat([jpeg.subarray(0, at), ...segments, jpeg.subarray(at)]);
}
const block = (body) => Buffer.concat([Buffer.from('Exif\0\0'), body]);
const xmp = Buffer.from(
  'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>',
);

async function jpegs() {
  const jpeg = await picture.clone().jpeg({ quality: 95 }).toBuffer();
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  const end = jpeg.length - 2;
  const front = (...bodies) => inJpeg(jpeg, 2, ...bodies);
  return {
    'jpeg-in-front.jpg': front(block(turn)),
    'jpeg-big-endian.jpg': front(block(bigEndian)),
    'jpeg-before-scan.jpg': inJpeg(jpeg, scan, block(turn)),
    'jpeg-behind-scan.jpg': inJpeg(jpeg, end, block(turn)),
    'jpeg-behind-end.jpg': inJpeg(jpeg, jpeg.length, block(turn)),
    'jpeg-tags-1-then-6.jpg': front(block(exif(turned(short, 1), turned()))),
    'jpeg-tags-6-then-1.jpg': front(block(exif(turned(), turned(short, 1)))),
    'jpeg-tag-as-byte.jpg': front(block(exif(turned(byte)))),
    'jpeg-tag-as-long.jpg': front(block(exif(turned(long)))),
    'jpeg-tag-of-two-values.jpg': front(block(exif(turned(short, 6, 2)))),
    'jpeg-value-0.jpg': front(block(exif(turned(short, 0)))),
    'jpeg-value-9.jpg': front(block(exif(turned(short, 9)))),
    'jpeg-blocks-none-then-6.jpg': front(block(exif(entry(296, short, 2))), block(turn)),
    'jpeg-blocks-1-then-6.jpg': front(block(upright), block(turn)),
    'jpeg-blocks-6-then-1.jpg': front(block(turn), block(upright)),
    'jpeg-behind-xmp.jpg': front(xmp, block(turn)),
    'jpeg-xmp-alone.jpg': front(xmp),
    'jpeg-of-thumbnail.jpg': front(block(ofThumbnail)),
  };
}

const big32 = (value) => Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
function pngChunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  return Buffer.concat([big32(data.length), body, big32(crc32(body))]);
}

/** As ImageMagick keeps EXIF in texts: hexadecimal digits. */
const profile = (body) => `\nexif\n${String(body.length).padStart(8)}\n${body.toString('hex')}\n`;
const keyword = Buffer.from('Raw profile type exif\0');

async function pngs() {
  const png = await picture.clone().png().toBuffer();
  const data = png.indexOf('IDAT') - 4;
  const end = png.length - 12;
  const at = (offset, ...chunks) => Buffer.concat([png.subarray(0, offset), ...chunks, png.subarray(offset)]);
  const eXIf = (body) => pngChunk('eXIf', body);
  return {
    'png-before-data.png': at(data, eXIf(turn)),
    'png-behind-data.png': at(end, eXIf(turn)),
    'png-chunks-1-then-6.png': at(data, eXIf(upright), eXIf(turn)),
    'png-chunks-6-then-1.png': at(data, eXIf(turn), eXIf(upright)),
    'png-prefix.png': at(data, eXIf(block(turn))),
    'png-tag-as-long.png': at(data, eXIf(exif(turned(long)))),
    'png-tags-1-then-6.png': at(data, eXIf(exif(turned(short, 1), turned()))),
    'png-text.png': at(data, pngChunk('tEXt', Buffer.concat([keyword, Buffer.from(profile(block(turn)))]))),
    'png-compressed-text.png': at(
      data,
      pngChunk('zTXt', Buffer.concat([keyword, Buffer.from([0]), deflateSync(profile(block(turn)))])),
    ),
  };
}

function riffChunk(type, data) {
  return Buffer.concat([Buffer.from(type), u32(data.length), data, Buffer.alloc(data.length % 2)]);
}

async function webps() {
  const exifFlag = 8;
  const still = (await picture.clone().webp({ quality: 95 }).toBuffer()).subarray(12);
  const file = (...chunks) => {
    const body = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
    return Buffer.concat([Buffer.from('RIFF'), u32(body.length), body]);
  };
  const u24 = (value) => u32(value).subarray(0, 3);
  const head = (flags) => riffChunk('VP8X', Buffer.concat([u32(flags), u24(width - 1), u24(height - 1)]));
  const chunk = (body) => riffChunk('EXIF', body);
  return {
    'webp-flag.webp': file(head(exifFlag), still, chunk(turn)),
    'webp-no-flag.webp': file(head(0), still, chunk(turn)),
    'webp-no-vp8x.webp': file(still, chunk(turn)),
    'webp-before-data.webp': file(head(exifFlag), chunk(turn), still),
    'webp-prefix.webp': file(head(exifFlag), still, chunk(block(turn))),
    'webp-chunks-1-then-6.webp': file(head(exifFlag), still, chunk(upright), chunk(turn)),
    'webp-tag-as-long.webp': file(head(exifFlag), still, chunk(exif(turned(long)))),
  };
}

/** RGB in one strip; where the 8-bit depths stand does not fit into the entry. */
function tiff(...orientations) {
  const head = 8;
  const depths = Buffer.concat([u16(8), u16(8), u16(8)]);
  const start = head + pixels.length + depths.length;
  const entries = [
    entry(256, short, width),
    entry(257, short, height),
    entry(258, short, head + pixels.length, 3),
    entry(259, short, 1),
    entry(262, short, 2),
    entry(273, long, head),
    ...orientations,
    entry(277, short, 3),
    entry(278, short, height),
    entry(279, long, pixels.length),
  ];
  return Buffer.concat([Buffer.from('II*\0'), u32(start), pixels, depths, directory(entries)]);
}

function tiffs() {
  return {
    'tiff-tag-as-short.tif': tiff(turned()),
    'tiff-tag-as-long.tif': tiff(turned(long)),
    'tiff-tag-as-byte.tif': tiff(turned(byte)),
    'tiff-tags-1-then-6.tif': tiff(turned(short, 1), turned()),
    'tiff-tags-6-then-1.tif': tiff(turned(), turned(short, 1)),
    'tiff-tag-of-two-values.tif': tiff(turned(short, 6, 2)),
  };
}

const folder = process.argv[2];
if (process.argv.length !== 3 || folder.startsWith('-')) {
  console.error('node tools/compare-readers/orientation-inputs.mjs FOLDER');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const files of [await jpegs(), await pngs(), await webps(), tiffs()]) {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
}
