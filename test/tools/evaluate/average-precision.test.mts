import { expect } from 'chai';
import fc from 'fast-check';
import { averagePrecision } from '../../fixtures/evaluate-modules.mjs';

/** Surest first: + is a face, - is none. */
const ranked = (verdicts: string) =>
  Array.from(verdicts, (verdict, i) => ({ confidence: 1 - i / 100, isFace: verdict === '+' }));

describe('average precision', () => {
  it('is 1 where all faces are found and nothing else, 0 where none is, undefined where there is none', () => {
    expect(averagePrecision(ranked('+++'), 3)).to.equal(1);
    expect(averagePrecision(ranked('---'), 3)).to.equal(0);
    expect(averagePrecision([], 3)).to.equal(0);
    expect(averagePrecision(ranked('--'), 0)).to.equal(undefined);
  });

  const byHand: [string, number, number][] = [
    ['++', 4, 1 / 2], // half of the faces, all right
    ['-+', 1, 1 / 2],
    ['+-+', 2, 1 / 2 + (1 / 2) * (2 / 3)],
    ['+--+', 2, 1 / 2 + (1 / 2) * (2 / 4)],
    // Precision 1/2 at the first face is raised to the 2/3 at the second one.
    ['-++', 2, 2 / 3],
    // Precisions 1, 1/2, 2/3, 3/4, 3/5 at recalls of 1/4, 1/4, 2/4, 3/4, 3/4.
    ['+-++-', 4, 1 / 4 + (2 / 4) * (3 / 4)],
  ];
  for (const [verdicts, total, expected] of byHand) {
    it(`of ${verdicts} for ${total} is ${expected.toFixed(4)}`, () => {
      expect(averagePrecision(ranked(verdicts), total)).to.be.closeTo(expected, 1e-12);
    });
  }

  it('falls where a face is found twice before another, and not where the second is the least sure of all', () => {
    expect(averagePrecision(ranked('+-+'), 2)).to.be.below(1);
    expect(averagePrecision(ranked('++-'), 2)).to.equal(1);
  });

  it('takes together what is equally sure', () => {
    const equal = [true, false, true, false].map((isFace) => ({ confidence: 0.5, isFace }));
    expect(averagePrecision(equal, 2)).to.equal(1 / 2);
  });

  const verdicts = fc.array(fc.record({ confidence: fc.constantFrom(0.2, 0.4, 0.6, 0.8), isFace: fc.boolean() }));
  const faces = (judged: { isFace: boolean }[]) => judged.filter(({ isFace }) => isFace).length;

  it('is the same in whatever order things come', () => {
    const shuffled = verdicts.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([left, right]) => {
        expect(averagePrecision(right, faces(left) + 1)).to.equal(averagePrecision(left, faces(left) + 1));
      }),
    );
  });

  it('lies between 0 and the share of faces found, and never rises by a wrong box', () => {
    fc.assert(
      fc.property(verdicts, fc.nat(5), fc.constantFrom(0.1, 0.4, 0.9), (judged, missed, confidence) => {
        const total = faces(judged) + missed + 1;
        const area = averagePrecision(judged, total) as number;
        expect(area).to.be.within(0, faces(judged) / total + 1e-12);
        const worse = averagePrecision([...judged, { confidence, isFace: false }], total);
        expect(worse).to.be.at.most(area + 1e-12);
      }),
    );
  });
});
