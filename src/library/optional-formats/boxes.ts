import { textAt } from './sniff.js';

/** A box of an ISO base media file (ISO/IEC 14496-12, 4.2). */
export interface Box {
  type: string;
  /** Offset of what follows its size and type. */
  start: number;
  /** Offset behind it, as it claims: may be beyond the bytes. */
  end: number;
}

// A photograph in tiles of 512 x 512 has a few hundred properties.
const maxBoxes = 10_000;

/** The boxes from `start` to `end`, without those inside them; ends at the first one that cannot be one. */
export function* boxesOf(bytes: Uint8Array, start: number, end: number): Generator<Box> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = Math.min(end, bytes.length);
  for (let at = start, count = 0; at + 8 <= last && count < maxBoxes; count++) {
    const short = view.getUint32(at);
    const isLong = short === 1;
    if (isLong && at + 16 > last) return;
    const size = isLong ? Number(view.getBigUint64(at + 8)) : short === 0 ? end - at : short;
    const header = isLong ? 16 : 8;
    if (size < header) return;
    yield { type: textAt(bytes, at + 4, 4), start: at + header, end: at + size };
    at += size;
  }
}

/** The first box of a type that lies whole between `start` and `end`. */
export function findBox(bytes: Uint8Array, type: string, start: number, end: number): Box | undefined {
  for (const box of boxesOf(bytes, start, end))
    if (box.type === type) return box.end <= Math.min(end, bytes.length) ? box : undefined;
  return undefined;
}
