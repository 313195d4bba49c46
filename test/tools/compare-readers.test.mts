import path from 'node:path';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';

interface Picture {
  width?: number;
  height?: number;
  data?: Uint8Array;
  refusal?: string;
}
const { difference, verdicts } = (await import(path.join(root, 'tools', 'compare-readers', 'compare.mjs'))) as {
  difference(one: Picture, other: Picture): number;
  verdicts(pictures: Picture[]): string[];
};

/** Of one colour. */
function picture(width: number, height: number, level: number, alpha = 255): Picture {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? alpha : level));
  return { width, height, data };
}

describe('the comparison of readers', () => {
  it('holds each against what most show', () => {
    const turned = picture(2, 3, 100);
    const stored = picture(3, 2, 100);
    expect(verdicts([turned, stored, picture(3, 2, 102)])).to.deep.equal(['different: 2 x 3', 'same', 'same']);
    expect(verdicts([picture(3, 2, 90), stored, stored])).to.deep.equal(['different by 10', 'same', 'same']);
  });

  it('says what is refused, and what nobody else shows', () => {
    expect(verdicts([{ refusal: 'CORRUPT_IMAGE' }, picture(1, 1, 0)])).to.deep.equal([
      'refused: CORRUPT_IMAGE',
      'shown',
    ]);
    expect(verdicts([{ refusal: 'a' }, { refusal: 'b' }])).to.deep.equal(['refused: a', 'refused: b']);
    expect(verdicts([picture(2, 2, 0), picture(2, 2, 9)])).to.deep.equal(['shown', 'different by 9']);
  });

  it('does not see the colour of what is transparent', () => {
    expect(difference(picture(4, 4, 0, 0), picture(4, 4, 255, 0))).to.equal(0);
    expect(difference(picture(4, 4, 0), picture(4, 4, 30))).to.equal(30);
    expect(difference(picture(4, 4, 255, 51), picture(4, 4, 0))).to.equal(51);
  });
});
