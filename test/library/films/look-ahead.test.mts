import { expect } from 'chai';
import type { DecodedFrame } from '#dist/library/films/decode-film.js';
import { LookAhead, type ReadyFrame } from '#dist/library/films/look-ahead.js';
import { hiddenBoxes, type TracksOfFrame } from '#dist/library/films/smooth.js';

const size = { width: 640, height: 480 };

/** A frame of 100 bytes, 10 a second. */
function frameAt(i: number): DecodedFrame {
  const data = new Uint8Array(100);
  const timeBase = { numerator: 1, denominator: 10 };
  return { ...size, data, time: i / 10, ticks: i, timeBase, pixelShape: undefined, isRgb: false };
}

/** A face that is found in these frames only. */
function tracksAt(i: number, found: (i: number) => boolean): TracksOfFrame {
  const box = { x: 200 + 4 * i, y: 200, width: 60, height: 80 };
  return { time: i / 10, isCut: false, faces: [{ id: 1, ...(found(i) && { found: box }) }] };
}

/** What comes out after each frame, and at the end. */
function pass(count: number, seconds: number, maxBytes: number, found: (i: number) => boolean = () => true) {
  const ahead = new LookAhead(seconds, maxBytes);
  const steps: ReadyFrame[][] = [];
  for (let i = 0; i < count; i++) steps.push(ahead.add(frameAt(i), tracksAt(i, found)));
  steps.push(ahead.end());
  return steps;
}

describe('LookAhead', () => {
  it('gives each frame once, in order, and never before so much after it has been seen', () => {
    const steps = pass(60, 1, 1e9);
    expect(steps.flat().map(({ frame }) => frame.ticks)).to.deep.equal(Array.from({ length: 60 }, (_, i) => i));
    for (const [i, ready] of steps.slice(0, -1).entries())
      for (const { frame } of ready) expect(frame.ticks).to.be.at.most(i - 10);
    const waiting = steps.slice(0, -1).map((_, i) => i + 1 - steps.slice(0, i + 1).flat().length);
    expect(Math.max(...waiting)).to.be.below(15);
  });

  it('holds no more bytes than it may', () => {
    const steps = pass(60, 10, 1000);
    const waiting = steps.slice(0, -1).map((_, i) => i + 1 - steps.slice(0, i + 1).flat().length);
    expect(Math.max(...waiting)).to.be.at.most(10);
    expect(steps.flat()).to.have.length(60);
  });

  it('hides a face before it is found, and while it is missed, as far as it looks ahead', () => {
    const found = (i: number) => i >= 20 && (i < 30 || i >= 38);
    const hidden = (steps: ReadyFrame[][]) =>
      steps.flat().flatMap(({ frame, boxes }) => (boxes.length > 0 ? [frame.ticks] : []));
    const all = hiddenBoxes(
      Array.from({ length: 60 }, (_, i) => tracksAt(i, found)),
      size,
    ).flatMap((boxes, i) => (boxes.length > 0 ? [i] : []));
    expect(all[0]).to.be.within(2, 3); // twice its longest gap before it is found
    expect(hidden(pass(60, 10, 1e9, found))).to.deep.equal(all);
    const short = hidden(pass(60, 1, 1e9, found));
    expect(short[0]).to.be.within(10, 17);
    for (let i = 17; i < 60; i++) expect(short, `frame ${i}`).to.include(i);
  });

  // Where the next search was further ahead than what is known, a face was hidden for 0.3 s of its first gap.
  it('hides a face until it is searched again, however far ahead that is', () => {
    const ahead = new LookAhead(0.5, 1e9);
    const search = (i: number) => ({ ...tracksAt(i, () => i % 20 === 0), isSearched: i % 20 === 0 });
    const ready = Array.from({ length: 60 }, (_, i) => ahead.add(frameAt(i), search(i))).flat();
    expect(ready.filter(({ boxes }) => boxes.length === 0).map(({ frame }) => frame.ticks)).to.deep.equal([]);
    expect(ready.length).to.be.above(50);
  });

  it('gives nothing of nothing', () => {
    expect(new LookAhead(1, 1000).end()).to.deep.equal([]);
  });
});
