import { expect } from 'chai';
import type { Box } from 'opencv-face-detector';
import { momentsToCheck } from '#dist/library/films/moments.js';
import { beyondEnds, hiddenBoxes, type TracksOfFrame } from '#dist/library/films/smooth.js';

const boxAt = (x: number, y = 300, size = 100): Box => ({
  x: x - size / 2,
  y: y - size / 2,
  width: size,
  height: size,
});

/** A film of 25 frames a second in which face 1 is found where `placeOf` gives a box. */
const film = (count: number, placeOf: (i: number) => Box | undefined, cutAt = -1): TracksOfFrame[] =>
  Array.from({ length: count }, (_, i) => {
    const found = placeOf(i);
    return { time: i / 25, faces: found ? [{ id: 1, found }] : [{ id: 1 }], isCut: i === cutAt };
  });

const covers = (a: Box, b: Box, by = 0) =>
  a.x <= b.x + by && a.y <= b.y + by && a.x + a.width >= b.x + b.width - by && a.y + a.height >= b.y + b.height - by;

describe('boxes to hide', () => {
  it('cover what was found, and are calmer', () => {
    const jumpy = (i: number) => boxAt(200 + 3 * i + (i % 2 ? 4 : -4));
    const hidden = hiddenBoxes(film(60, jumpy));
    const steps: number[] = [];
    for (const [i, [face]] of hidden.entries()) {
      expect(face).to.deep.include({ id: 1, isPredicted: false });
      expect(covers(face?.box as Box, jumpy(i), 8.1)).to.equal(true); // but for the margin
      const before = hidden[i - 1]?.[0]?.box;
      if (before) steps.push((face?.box.x as number) - before.x);
    }
    expect(Math.max(...steps) - Math.min(...steps)).to.be.below(4); // what was found jumps by 16
  });

  it('bridge what was missed, and are larger there', () => {
    const hidden = hiddenBoxes(film(50, (i) => (i > 20 && i < 30 ? undefined : boxAt(200 + 5 * i))));
    for (const [i, boxes] of hidden.entries()) {
      expect(boxes, `frame ${i}`).to.have.length(1);
      expect(covers(boxes[0]?.box as Box, boxAt(200 + 5 * i), 8.1), `frame ${i}`).to.equal(true);
    }
    expect(hidden[25]?.[0]?.isPredicted).to.equal(true);
    expect(hidden[25]?.[0]?.box.width).to.be.above(1.2 * (hidden[10]?.[0]?.box.width as number));
  });

  it('hide a face that was found once, and some frames before and after', () => {
    const hidden = hiddenBoxes(film(50, (i) => (i === 25 ? boxAt(400) : undefined)));
    const frames = hidden.flatMap((boxes, i) => (boxes.length > 0 ? [i] : []));
    expect(frames).to.deep.equal(Array.from({ length: 15 }, (_, i) => 18 + i));
    expect(beyondEnds).to.be.within(7 / 25, 8 / 25);
    for (const i of frames) expect(covers(hidden[i]?.[0]?.box as Box, boxAt(400), 8.1)).to.equal(true);
  });

  it('stay in their scene', () => {
    const hidden = hiddenBoxes(film(30, (i) => (i < 10 ? boxAt(400) : undefined), 10));
    expect(hidden.map((boxes) => boxes.length)).to.deep.equal([...Array(10).fill(1), ...Array(20).fill(0)]);
  });

  it('are none where there is no face', () => {
    expect(hiddenBoxes([])).to.deep.equal([]);
    expect(hiddenBoxes(film(2, () => undefined))).to.deep.equal([[], []]);
  });
});

describe('moments to check', () => {
  const size = { width: 1000, height: 600 };

  it('are where a face appears or vanishes in the middle of the picture', () => {
    const frames = film(30, (i) => (i >= 5 && i < 20 ? boxAt(400) : undefined));
    expect(momentsToCheck(frames, size)).to.deep.equal([
      { time: 0.2, id: 1, what: 'begins', box: boxAt(400) },
      { time: 19 / 25, id: 1, what: 'ends', box: boxAt(400) },
    ]);
  });

  it('are neither the ends of the film, nor cuts, nor the border', () => {
    expect(
      momentsToCheck(
        film(30, () => boxAt(400)),
        size,
      ),
    ).to.deep.equal([]);
    expect(
      momentsToCheck(
        film(30, (i) => (i < 10 ? boxAt(400) : undefined), 10),
        size,
      ),
    ).to.deep.equal([]);
    expect(
      momentsToCheck(
        film(30, (i) => (i >= 10 ? boxAt(400) : undefined), 10),
        size,
      ),
    ).to.deep.equal([]);
    expect(
      momentsToCheck(
        film(30, (i) => (i >= 5 && i < 20 ? boxAt(60) : undefined)),
        size,
      ),
    ).to.deep.equal([]);
  });
});
