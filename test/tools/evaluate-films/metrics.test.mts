import { expect } from 'chai';
import {
  type FoundFace,
  type Frame,
  identity,
  jitter,
  matchFilm,
  visible,
} from '../../fixtures/evaluate-films-modules.mjs';
import { type Head, type TrueFace, truthOf } from '../../fixtures/films.mjs';

const size = { width: 1280, height: 720 };

/** True heads of 100 pixels at these places of one row; not there where the place is undefined. */
function truthAt(places: Record<string, number | undefined>): TrueFace[] {
  const there = Object.entries(places).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return truthOf(
    there.map(([id, x]) => ({ id, x, y: 300, height: 100 }) satisfies Head),
    size,
  );
}

/** A found face that is well on such a head. */
const faceAt = (id: number, x: number, isPredicted = false): FoundFace => ({
  id,
  box: { x: x - 35, y: 255, width: 70, height: 95 },
  isPredicted,
});

const frame = (places: Record<string, number | undefined>, ...faces: FoundFace[]): Frame => ({
  truth: truthAt(places),
  faces,
});

describe('matchFilm', () => {
  const pairs = (frames: Frame[]) =>
    matchFilm(frames).map((matched) => Object.fromEntries([...matched].map(([id, { id: track }]) => [id, track])));

  it('takes a box for a face if its centre is within the head, whatever its size', () => {
    const small: FoundFace = { id: 1, box: { x: 590, y: 290, width: 10, height: 10 } };
    expect(pairs([frame({ a: 600 }, small)])).to.deep.equal([{ a: 1 }]);
    expect(pairs([frame({ a: 600 }, faceAt(1, 640))])).to.deep.equal([{ a: 1 }]);
    expect(pairs([frame({ a: 600 }, faceAt(1, 645))])).to.deep.equal([{}]);
  });

  it('gives each box to one face, the nearest first', () => {
    expect(pairs([frame({ a: 600, b: 640 }, faceAt(1, 635), faceAt(2, 615))])).to.deep.equal([{ a: 2, b: 1 }]);
    expect(pairs([frame({ a: 600, b: 640 }, faceAt(1, 635))])).to.deep.equal([{ b: 1 }]);
  });

  it('keeps a pair while it can', () => {
    const frames = [
      frame({ a: 600, b: 700 }, faceAt(1, 600), faceAt(2, 700)),
      frame({ a: 630, b: 690 }, faceAt(1, 665), faceAt(2, 660)),
    ];
    expect(pairs(frames)).to.deep.equal([
      { a: 1, b: 2 },
      { a: 1, b: 2 },
    ]);
  });

  it('matches no face that is not there', () => {
    const [hidden] = truthOf([{ id: 'a', x: -20, y: 300, height: 100 }], size);
    expect(pairs([{ truth: [hidden as TrueFace], faces: [faceAt(1, -20)] }])).to.deep.equal([{}]);
  });
});

describe('identity', () => {
  it('counts nothing where each face keeps its id', () => {
    const frames = [0, 1, 2, 3].map((i) => frame({ a: 300 + 10 * i, b: 800 }, faceAt(1, 302 + 10 * i), faceAt(2, 805)));
    const { known, ...counts } = identity(frames);
    expect(counts).to.deep.equal({
      there: 8,
      seen: 8,
      bridged: 0,
      lost: 0,
      switches: 0,
      fragmentations: 0,
      handedOn: 0,
    });
    expect([...known]).to.deep.equal(['a', 'b']);
  });

  it('counts two switches where two faces swap their ids', () => {
    const before = frame({ a: 300, b: 800 }, faceAt(1, 300), faceAt(2, 800));
    const after = frame({ a: 300, b: 800 }, faceAt(2, 300), faceAt(1, 800));
    expect(identity([before, before, after, after])).to.include({
      switches: 2,
      handedOn: 2,
      fragmentations: 0,
      lost: 0,
    });
    expect(identity([before, after, before])).to.include({ switches: 4 });
  });

  it('counts a gap as lost frames and a fragmentation, and a new id after it as a switch too', () => {
    const [here, nobody] = [frame({ a: 300 }, faceAt(1, 300)), frame({ a: 300 })];
    expect(identity([here, nobody, nobody, here])).to.include({
      there: 4,
      seen: 2,
      lost: 2,
      fragmentations: 1,
      switches: 0,
    });
    const renamed = frame({ a: 300 }, faceAt(2, 300));
    expect(identity([here, nobody, renamed])).to.include({ lost: 1, fragmentations: 1, switches: 1, handedOn: 0 });
    expect(identity([nobody, here, nobody])).to.include({ lost: 2, fragmentations: 0 });
  });

  it('does not count frames in which the face is not there, but an id that has changed meanwhile', () => {
    const [here, gone] = [frame({ a: 300 }, faceAt(1, 300)), frame({ a: undefined })];
    expect(identity([here, gone, here])).to.include({ there: 2, lost: 0, fragmentations: 0, switches: 0 });
    expect(identity([here, gone, frame({ a: 300 }, faceAt(7, 300))])).to.include({ fragmentations: 0, switches: 1 });
  });

  it('tells bridged frames from seen ones', () => {
    const bridged = frame({ a: 300 }, faceAt(1, 310, true));
    const { known, ...counts } = identity([
      frame({ a: 300, b: 700 }, faceAt(1, 300), faceAt(2, 700, true)),
      bridged,
      bridged,
    ]);
    expect(counts).to.include({ there: 4, seen: 1, bridged: 3, lost: 0, switches: 0 });
    expect([...known]).to.deep.equal(['a']);
  });

  it('counts an id that goes from one face to another', () => {
    const frames = [
      frame({ a: 300 }, faceAt(1, 300)),
      frame({ b: 310 }, faceAt(1, 310)),
      frame({ b: 310 }, faceAt(1, 310)),
    ];
    expect(identity(frames)).to.include({ switches: 0, handedOn: 1, lost: 0 });
  });
});

describe('jitter', () => {
  const film = (places: number[], found: (x: number, i: number) => FoundFace) =>
    places.map((x, i) => frame({ a: x }, found(x, i)));
  const walk = [300, 310, 320, 330, 340, 350];

  it('is 0 for boxes that go with the head, wherever on it', () => {
    expect(jitter(film(walk, (x) => faceAt(1, x)))).to.deep.equal({ centre: 0, size: 0, count: 4 });
    expect(jitter(film(walk, (x) => faceAt(1, x + 20))).centre).to.be.closeTo(0, 1e-9);
    // Nor does it matter that the head itself speeds up.
    expect(jitter(film([300, 301, 304, 309, 316], (x) => faceAt(1, x))).centre).to.be.closeTo(0, 1e-9);
  });

  it('is the second difference of centre and size', () => {
    // To and fro by a pixel: 1, -1, 1 differ by 1 + 2 + 1.
    expect(jitter(film(walk, (x, i) => faceAt(1, x + (-1) ** i))).centre).to.be.closeTo(4, 1e-9);
    const breathing = jitter(
      film(walk, (x, i) => {
        const side = 80 + (-1) ** i;
        return { id: 1, box: { x: x - side / 2, y: 300 - side / 2, width: side, height: side } };
      }),
    );
    expect(breathing.centre).to.be.closeTo(0, 1e-9);
    expect(breathing.size).to.be.closeTo(4, 1e-9);
  });

  it('is not counted over a gap', () => {
    const frames = film(walk, (x, i) => faceAt(1, x + (i < 3 ? 0 : 15)));
    expect(jitter(frames).centre).to.be.above(5);
    (frames[3] as Frame).faces = [];
    expect(jitter(frames)).to.deep.include({ centre: 0, count: 1 });
    expect(jitter([]).count).to.equal(0);
  });
});

describe('visible', () => {
  const truth = truthAt({ a: 300 });
  const [head] = truth.map((face) => face.head);
  if (!head) throw new Error('no head');
  const known = new Set(['a']);
  const seen = (boxes: (typeof head)[], options = {}) => visible([{ truth, boxes, ...size }], known, options);

  it('is a face on which nothing is hidden, or not all', () => {
    expect(seen([])).to.deep.equal({ faces: 1, core: 1, head: 1, area: 0 });
    expect(seen([{ ...head, x: head.x + 35 }], { shape: 'box', margin: 0 })).to.include({ core: 1, head: 1 });
    expect(seen([{ ...head, x: head.x + 10 }], { shape: 'box', margin: 0 })).to.include({ core: 0, head: 1 });
  });

  it('is none where boxes cover it, together too', () => {
    expect(seen([head], { shape: 'box', margin: 0 })).to.include({ faces: 1, core: 0, head: 0 });
    const half = { ...head, width: head.width / 2 };
    expect(seen([half, { ...half, x: half.x + half.width }], { shape: 'box', margin: 0 })).to.include({ head: 0 });
  });

  it('counts the corners that an ellipse leaves, unless a margin covers them', () => {
    const core = { x: 279, y: 286, width: 42, height: 46 };
    expect(seen([core], { shape: 'box', margin: 0 })).to.include({ core: 0, head: 1 });
    expect(seen([core], { margin: 0 })).to.include({ core: 1, head: 1 });
    expect(seen([core], { margin: 0.3 })).to.include({ core: 0, head: 1 });
    expect(seen([core], { margin: 1 })).to.include({ core: 0, head: 0 });
  });

  it('says how much is hidden, in areas of the heads', () => {
    expect(seen([head], { shape: 'box', margin: 0 }).area).to.be.closeTo(1, 0.02);
    expect(seen([head], { shape: 'box', margin: 0.5 }).area).to.be.closeTo(4, 0.2);
    expect(seen([{ x: 0, y: 0, ...size }], { shape: 'box', margin: 0 }).area).to.be.above(50);
  });

  it('passes over faces that are not known, and those that are not there', () => {
    expect(visible([{ truth, boxes: [], ...size }], new Set())).to.include({ faces: 0, core: 0, head: 0 });
    const gone = truth.map((face) => ({ ...face, isThere: false }));
    expect(visible([{ truth: gone, boxes: [], ...size }], known)).to.include({ faces: 0, core: 0 });
  });
});
