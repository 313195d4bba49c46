import fc from 'fast-check';

/** Changes of bytes: cut out, doubled, overwritten. */
export type Changes = { kind: number; at: number; count: number; byte: number }[];

/** A few, or none. */
export const changes: fc.Arbitrary<Changes> = fc.array(
  fc.record({ kind: fc.nat(2), at: fc.double({ min: 0, max: 1, noNaN: true }), count: fc.nat(20), byte: fc.nat(255) }),
  { maxLength: 4 },
);

/** The bytes with these changes, one after another. */
export function changed(bytes: Buffer, all: Changes): Buffer {
  return all.reduce((now, { kind, at, count, byte }) => {
    const start = Math.floor(at * now.length);
    const piece = now.subarray(start, start + count);
    const between = kind === 0 ? [] : kind === 1 ? [piece, piece] : [Buffer.alloc(piece.length, byte)];
    return Buffer.concat([now.subarray(0, start), ...between, now.subarray(start + count)]);
  }, bytes);
}
