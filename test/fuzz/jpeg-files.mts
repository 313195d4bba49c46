// JPEG of kinds that sharp does not write, put together from the parts of one that it has written.
import { randomBytes, type Seeds } from './random-bytes.mjs';

/** The segments in front of the scan by their marker, and the scan's coded data. */
function partsOf(jpeg: Buffer) {
  const segments: { marker: number; bytes: Buffer }[] = [];
  let at = 2;
  for (; jpeg[at + 1] !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) {
    segments.push({ marker: jpeg[at + 1] ?? 0, bytes: jpeg.subarray(at, at + 2 + jpeg.readUInt16BE(at + 2)) });
  }
  const data = jpeg.subarray(at + 2 + jpeg.readUInt16BE(at + 2), -2);
  const tables = segments.filter(({ marker }) => marker === 0xdb || marker === 0xc4).map(({ bytes }) => bytes);
  const quantisation = segments.filter(({ marker }) => marker === 0xdb).map(({ bytes }) => bytes);
  return { tables, quantisation, data };
}

const start = Buffer.from([0xff, 0xd8]);
const end = Buffer.from([0xff, 0xd9]);

function segment(marker: number, ...content: number[]): Buffer {
  return Buffer.from([0xff, marker, 0, content.length + 2, ...content]);
}

/** Components of one block each way, all by the first tables. */
const frame = (marker: number, width: number, height: number, components: number) =>
  segment(
    marker,
    8,
    0,
    height,
    0,
    width,
    components,
    ...Array.from({ length: components }, (_, i) => [i + 1, 0x11, 0]).flat(),
  );

const scan = (components: number[], from = 0, to = 63, bits = 0) =>
  segment(0xda, components.length, ...components.flatMap((id) => [id, 0]), from, to, bits);

/** `gray` is a gray JPEG of one block, 8 by 8 pixels. */
export function jpegFiles(gray: Buffer): Seeds {
  const { tables, quantisation, data } = partsOf(gray);
  const blocks = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      i === 0 ? [data] : [Buffer.from([0xff, 0xd0 + ((i - 1) % 8)]), data],
    ).flat();
  // Any bytes are sound where the coding is arithmetic, but for those that look like markers.
  const arithmetic = Buffer.from([...randomBytes(60, 11)].filter((byte) => byte !== 0xff));
  const each = [1, 2, 3].flatMap((component) => [scan([component]), data]);
  const refinements = [1, 2, 3].flatMap((component) => [scan([component], 1, 63, 0x10), arithmetic]);
  return {
    'jpeg-restarts': Buffer.concat([
      start,
      ...tables,
      frame(0xc0, 48, 16, 1),
      segment(0xdd, 0, 1),
      scan([1]),
      ...blocks(12),
      end,
    ]),
    'jpeg-scan-each': Buffer.concat([start, ...tables, frame(0xc0, 8, 8, 3), ...each, end]),
    'jpeg-scan-each-cut': Buffer.concat([start, ...tables, frame(0xc0, 8, 8, 3), ...each.slice(0, 4)]),
    'jpeg-arithmetic': Buffer.concat([
      start,
      ...quantisation,
      frame(0xc9, 24, 16, 3),
      scan([1, 2, 3]),
      arithmetic,
      end,
    ]),
    'jpeg-arithmetic-progressive': Buffer.concat([
      start,
      ...quantisation,
      frame(0xca, 24, 16, 3),
      ...[scan([1, 2, 3], 0, 0, 1), arithmetic, scan([1, 2, 3], 0, 0, 0x10), arithmetic],
      ...[1, 2, 3].flatMap((component) => [scan([component], 1, 63, 1), arithmetic]),
      ...refinements,
      end,
    ]),
  };
}
