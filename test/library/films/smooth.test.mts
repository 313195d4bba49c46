import { expect } from 'chai';
import type { Box } from 'opencv-face-detector';
import { Moments } from '#dist/library/films/moments.js';
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

const size = { width: 1000, height: 600 };
const hide = (frames: readonly TracksOfFrame[]) => hiddenBoxes(frames, size);

function momentsToCheck(frames: readonly TracksOfFrame[], { width, height }: typeof size) {
  const moments = new Moments();
  for (const frame of frames) moments.add(frame);
  return moments.toCheck({ width, height });
}

const covers = (a: Box, b: Box, by = 0) =>
  a.x <= b.x + by && a.y <= b.y + by && a.x + a.width >= b.x + b.width - by && a.y + a.height >= b.y + b.height - by;

describe('boxes to hide', () => {
  it('cover what was found, and are calmer', () => {
    const jumpy = (i: number) => boxAt(200 + 3 * i + (i % 2 ? 4 : -4));
    const hidden = hide(film(60, jumpy));
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
    const hidden = hide(film(60, (i) => (i > 20 && i < 40 ? undefined : boxAt(200 + 5 * i))));
    for (const [i, boxes] of hidden.entries()) {
      expect(boxes, `frame ${i}`).to.have.length(1);
      expect(covers(boxes[0]?.box as Box, boxAt(200 + 5 * i), 8.1), `frame ${i}`).to.equal(true);
    }
    expect(hidden[30]?.[0]?.isPredicted).to.equal(true);
    expect(hidden[30]?.[0]?.box.width).to.be.above(1.2 * (hidden[10]?.[0]?.box.width as number));
  });

  it('hide a face that was found once, and some frames before and after', () => {
    const hidden = hide(film(50, (i) => (i === 25 ? boxAt(400) : undefined)));
    const frames = hidden.flatMap((boxes, i) => (boxes.length > 0 ? [i] : []));
    expect(frames).to.deep.equal(Array.from({ length: 15 }, (_, i) => 18 + i));
    expect(beyondEnds).to.be.within(7 / 25, 8 / 25);
    for (const i of frames) expect(covers(hidden[i]?.[0]?.box as Box, boxAt(400), 8.1)).to.equal(true);
  });

  // With growth from the first moment on, boxes pulsed with each search by 3 % of their sides.
  // It was there for all that is known, and was hidden for 0.3 s.
  it('hide a face that was found once until the searches that missed it', () => {
    const frames = film(75, (i) => (i === 25 ? boxAt(500) : undefined));
    const hidden = hide(frames.map((frame, i) => ({ ...frame, isSearched: i % 25 === 0 })));
    const shown = hidden.flatMap((boxes, i) => (boxes.length > 0 ? [i] : []));
    expect(shown).to.deep.equal(Array.from({ length: 49 }, (_, i) => 1 + i));
  });

  it('do not pulse between the searches of every third frame', () => {
    const hidden = hide(film(60, (i) => (i % 3 === 0 ? boxAt(200 + 4 * i) : undefined)));
    const widths = hidden.map(([face]) => face?.box.width as number);
    expect(Math.max(...widths) - Math.min(...widths)).to.be.below(0.5);
  });

  // In a film full of grain a face showed before it was first found, for longer than any face without gaps would.
  it('begin and end further away if the face was missed for long in between', () => {
    const found = [20, 30, 40];
    const hidden = hide(film(90, (i) => (found.includes(i) ? boxAt(400) : undefined)));
    const frames = hidden.flatMap((boxes, i) => (boxes.length > 0 ? [i] : []));
    expect(frames).to.deep.equal(Array.from({ length: 61 }, (_, i) => i)); // twice the gap of 10 frames
  });

  // Before, they stayed where the face was first found.
  it('come from where the face came from', () => {
    const hidden = hide(film(40, (i) => (i >= 20 ? boxAt(300 + 8 * (i - 20)) : undefined)));
    for (let i = 13; i < 20; i++)
      expect(covers(hidden[i]?.[0]?.box as Box, boxAt(300 + 8 * (i - 20)), 20), `frame ${i}`).to.equal(true);
    expect(hidden[13]?.[0]?.box.x).to.be.below(220);
  });

  // Of a face that leaves a detector finds what shows, then nothing: half of it showed at the border.
  it('reach to the border as they come near it', () => {
    const leaving = (x: number) => hide(film(3, () => boxAt(x)))[1]?.[0]?.box as Box;
    const expectEnds = (box: Box, left: number, right: number) => {
      expect(box.x).to.be.closeTo(left, 1e-9);
      expect(box.x + box.width).to.be.closeTo(right, 1e-9);
    };
    expectEnds(leaving(105), 55, 155);
    expectEnds(leaving(90), 30, 140);
    expectEnds(leaving(75), 0, 125);
    expectEnds(leaving(45), -55, 95);
    expectEnds(leaving(960), 910, 1060);
  });

  it('stay in their scene', () => {
    const hidden = hide(film(30, (i) => (i < 10 ? boxAt(400) : undefined), 10));
    expect(hidden.map((boxes) => boxes.length)).to.deep.equal([...Array(10).fill(1), ...Array(20).fill(0)]);
  });

  it('are none where there is no face', () => {
    expect(hide([])).to.deep.equal([]);
    expect(hide(film(2, () => undefined))).to.deep.equal([[], []]);
  });
});

describe('moments to check', () => {
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
