import { expect } from 'chai';
import fc from 'fast-check';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { decodeOptional } from '#dist/library/optional-formats/decode.js';
import { readOptionalHeader } from '#dist/library/optional-formats/header.js';
import { withProperties } from '../fixtures/heif-boxes.mjs';
import { heicFile, optionalFiles } from '../fixtures/optional-files.mjs';
import { type Changes, changed, changes } from './changes.mjs';
import { hold } from './hold.mjs';

const codes = ['CORRUPT_IMAGE', 'TRUNCATED_IMAGE', 'TOO_MANY_PIXELS', 'UNSUPPORTED_FORMAT'];
const maxPixels = 2_000_000;

function refusedRightly(error: unknown): void {
  expect(error).to.be.instanceOf(FaceDetectorError);
  const { code, message } = error as FaceDetectorError;
  expect(codes, message).to.include(code);
  expect(message.length).to.be.within(10, 300);
}

/** Four bytes of a size or an offset in the header set to what overflows, or is nearly right. */
const numbers = fc.record({ at: fc.nat(400), value: fc.constantFrom(0, 1, 7, 8, 0xff, 0xffff, 2 ** 31, 2 ** 32 - 1) });

describe('damaged HEIC, AVIF and GIF', () => {
  let seeds: Buffer[];
  before(async () => {
    const { heic, avif, gif } = await optionalFiles();
    const small = heicFile('alpha');
    seeds = [heic, avif, gif, small, heicFile('10-bit'), withProperties(small, ['irot', 1], ['imir', 0])];
  });
  const damaged = fc.tuple(fc.nat(5), changes, fc.array(numbers, { maxLength: 3 }));
  type Damage = [number, Changes, { at: number; value: number }[]];
  const bytesOf = ([index, all, set]: Damage) => {
    const bytes = Buffer.from(changed(seeds[index] as Buffer, all));
    for (const { at, value } of set) if (at + 4 <= bytes.length) bytes.writeUInt32BE(value, at);
    return bytes;
  };

  it('have a header with a size, or are refused by a code', async () => {
    await hold(
      fc.property(damaged, (input) => {
        try {
          const header = readOptionalHeader(bytesOf(input));
          if (!header) return;
          for (const side of [header.width, header.height]) {
            expect(Number.isInteger(side)).to.equal(true);
            expect(side).to.be.within(1, 2 ** 32);
          }
          expect(header.peakBytes).to.be.above(0);
        } catch (error) {
          refusedRightly(error);
        }
      }),
      3000,
    );
  });

  it('are decoded to all their pixels, or are refused by a code', async () => {
    await hold(
      fc.asyncProperty(damaged, async (input) => {
        try {
          const image = await decodeOptional(bytesOf(input), { maxPixels, keepsAlpha: true, signal: undefined });
          if (!image) return;
          const { data, width, height, channels } = image.pixels;
          expect(width * height).to.be.within(1, maxPixels);
          expect([3, 4]).to.include(channels);
          expect(data.byteLength).to.equal(width * height * channels);
        } catch (error) {
          refusedRightly(error);
        }
      }),
      60,
    );
  });
});
