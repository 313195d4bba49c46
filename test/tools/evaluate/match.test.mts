import { expect } from 'chai';
import fc from 'fast-check';
import { type Found, match, overlap } from '../../fixtures/evaluate-modules.mjs';

const square = (x: number, y = 0, side = 40) => ({ x, y, width: side, height: side });
const annotated = (x: number, isIgnored = false) => ({ box: square(x), isIgnored });
const found = (x: number, confidence: number) => ({ box: square(x), confidence });
const verdicts = ({ judged }: ReturnType<typeof match>) =>
  judged.map(({ confidence, isFace }) => `${confidence} ${isFace ? 'right' : 'wrong'}`);

describe('the overlap of two boxes', () => {
  it('is their intersection over their union', () => {
    expect(overlap(square(0), square(0))).to.equal(1);
    expect(overlap(square(0), square(20))).to.equal(1 / 3);
    expect(overlap(square(0, 0, 40), square(10, 10, 20))).to.equal(1 / 4);
    expect(overlap(square(0), square(40))).to.equal(0);
    expect(overlap(square(0), square(100, 100))).to.equal(0);
    expect(overlap({ ...square(0), width: 0 }, { ...square(0), width: 0 })).to.equal(0);
  });
});

describe('matching what is found with what is annotated', () => {
  it('takes one box for each face, the surest one; another is wrong', () => {
    const outcome = match([annotated(0)], [found(1, 0.7), found(4, 0.9)], 0.5);
    expect(verdicts(outcome)).to.deep.equal(['0.9 right', '0.7 wrong']);
    expect(outcome.wrong).to.deep.equal([found(1, 0.7)]);
    expect(outcome.missed).to.deep.equal([]);
  });

  it('gives a box the face that it overlaps most of those that are left', () => {
    const faces = [annotated(0), annotated(12)];
    for (const order of [faces, faces.toReversed()])
      expect(match(order, [found(10, 0.9)], 0.5).missed).to.deep.equal([faces[0]]);
    expect(verdicts(match(faces, [found(10, 0.9), found(9, 0.8)], 0.5))).to.deep.equal(['0.9 right', '0.8 right']);
  });

  it('asks for the overlap given, and no more', () => {
    const half = { box: { x: 0, y: 0, width: 40, height: 20 }, confidence: 1 };
    expect(verdicts(match([annotated(0)], [half], 0.5))).to.deep.equal(['1 right']);
    expect(verdicts(match([annotated(0)], [half], 0.51))).to.deep.equal(['1 wrong']);
  });

  it('lets ignored faces count neither way, however often they are found, or not', () => {
    const faces = [annotated(0, true), annotated(100)];
    const outcome = match(faces, [found(0, 0.9), found(2, 0.8), found(100, 0.7), found(200, 0.6)], 0.5);
    expect(verdicts(outcome)).to.deep.equal(['0.7 right', '0.6 wrong']);
    expect(match(faces, [], 0.5)).to.deep.equal({ judged: [], wrong: [], missed: [faces[1]] });
  });

  it('takes a face that counts before one that is ignored', () => {
    expect(verdicts(match([annotated(0, true), annotated(10)], [found(1, 0.9)], 0.5))).to.deep.equal(['0.9 right']);
  });

  it('names the size class of the annotated face, or of a wrong box', () => {
    const size = (side: number) => match([], [{ box: square(0, 0, side), confidence: 1 }], 0.5).judged[0]?.size;
    expect([31, 32, 95, 96].map(size)).to.deep.equal(['small', 'medium', 'medium', 'large']);
    const [right] = match([{ box: square(0, 0, 31), isIgnored: false }], [found(0, 1)], 0.5).judged;
    expect(right).to.include({ isFace: true, size: 'small' });
  });

  it('answers the same whatever order boxes come in, be they equally sure', () => {
    const box = fc.record({ x: fc.integer({ min: 0, max: 60 }), confidence: fc.constantFrom(0.5, 0.9) });
    const places = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 });
    const shuffled = fc
      .array(box, { maxLength: 8 })
      .chain((boxes) => fc.tuple(fc.constant(boxes), fc.shuffledSubarray(boxes, { minLength: boxes.length })));
    const boxes = (list: { x: number; confidence: number }[]): Found[] =>
      list.map((one) => found(one.x, one.confidence));
    fc.assert(
      fc.property(places, shuffled, (faces, [left, right]) => {
        const outcome = (list: typeof left) =>
          match(
            faces.map((x) => annotated(x)),
            boxes(list),
            0.5,
          );
        expect(outcome(left)).to.deep.equal(outcome(right));
      }),
    );
  });
});
