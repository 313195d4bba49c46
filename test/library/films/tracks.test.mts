import { expect } from 'chai';
import type { Box, Face } from 'opencv-face-detector';
import { Tracks } from '#dist/library/films/tracks.js';

const picture = { width: 1000, height: 600 };
const faceAt = (x: number, y: number, size = 100): Face => ({
  box: { x: x - size / 2, y: y - size / 2, width: size, height: size },
  confidence: 0.9,
});
const middle = ({ x, width }: Box) => x + width / 2;

describe('tracks', () => {
  it('number faces in the order in which they come, and keep the numbers', () => {
    const tracks = new Tracks(1);
    for (let i = 0; i < 25; i++) {
      const found = [faceAt(700 - 4 * i, 300), faceAt(200 + 4 * i, 300)];
      const faces = tracks.step(i % 2 ? found : found.reverse(), i / 25, picture);
      expect(faces.map(({ id }) => id)).to.deep.equal([1, 2]);
      expect(faces.map(({ age }) => age)).to.deep.equal([i / 25, i / 25]);
    }
  });

  // Noise in which every frame has other faces: millions of comparisons, and memory without end.
  it('are not more than a thousand beside those that are found', () => {
    const tracks = new Tracks(10);
    const faces = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => faceAt(((from + i) % 100) * 10, Math.floor((from + i) / 100) * 10, 2));
    expect(tracks.step(faces(0, 900), 0, picture)).to.have.length(900);
    const more = tracks.step(faces(1000, 300), 1, picture);
    expect(more).to.have.length(1000);
    expect(more.filter(({ isPredicted }) => !isPredicted)).to.have.length(300);
    const crowd = tracks.step(faces(2000, 1500), 2, picture);
    expect(crowd.map(({ isPredicted }) => isPredicted)).to.deep.equal(Array(1500).fill(false));
  });

  it('keep two faces apart that pass behind each other', () => {
    const tracks = new Tracks(1);
    for (let i = 0; i < 80; i++) {
      const [a, b] = [faceAt(200 + 8 * i, 300), faceAt(800 - 8 * i, 300)];
      const isHidden = Math.abs(middle(a.box) - middle(b.box)) < 80; // b is behind a
      const faces = tracks.step(isHidden ? [a] : [b, a], i / 25, picture);
      const ids = new Map(faces.map(({ id, box }) => [id, middle(box)]));
      expect(ids.get(2)).to.be.closeTo(200 + 8 * i, 40);
      expect(ids.get(1)).to.be.closeTo(800 - 8 * i, 40);
      expect([...ids.keys()]).to.have.length(2);
    }
  });

  it('go on where a face is missed, for as long as was asked', () => {
    const tracks = new Tracks(0.5);
    for (let i = 0; i < 10; i++) tracks.step([faceAt(300 + 5 * i, 300)], i / 25, picture);
    for (let i = 10; i < 22; i++) {
      const [face] = tracks.step([], i / 25, picture);
      expect(face).to.deep.include({ id: 1, isPredicted: true });
      expect(face).not.to.have.property('found');
      expect(middle(face?.box as Box)).to.be.closeTo(300 + 5 * i, 40);
    }
    expect(tracks.step([], 22 / 25, picture)).to.deep.equal([]);
    expect(tracks.step([faceAt(350, 300)], 23 / 25, picture)[0]?.id).to.equal(2);
  });

  // A film of noise, where each frame has other faces, made each frame take longer than the one before.
  it('are not more than a thousand, but for those that are found', () => {
    const tracks = new Tracks(10);
    const grid = (offset: number, count: number) =>
      Array.from({ length: count }, (_, i) => faceAt(offset + 24 * (i % 40), 20 + 24 * Math.floor(i / 40), 10));
    expect(tracks.step(grid(5, 700), 0, picture)).to.have.length(700);
    const faces = tracks.step(grid(17, 700), 0.04, picture);
    expect(faces).to.have.length(1000);
    expect(faces.filter(({ isPredicted }) => !isPredicted)).to.have.length(700);
    expect(tracks.step(grid(5, 1200), 0.08, picture)).to.have.length(1200);
  });

  it('predict in frames that are not searched', () => {
    const tracks = new Tracks(1);
    const seen: number[] = [];
    for (let i = 0; i < 30; i++) {
      const [face] = tracks.step(i % 3 === 0 ? [faceAt(100 + 5 * i, 300)] : undefined, i / 25, picture);
      expect(face?.isPredicted).to.equal(i % 3 !== 0);
      seen.push(middle(face?.box as Box));
    }
    for (let i = 10; i < 30; i++) expect(seen[i]).to.be.closeTo(100 + 5 * i, 10);
  });

  // Redacted films showed faces between searches that were further apart than maxGap.
  it('are not lost before a search has missed them', () => {
    const tracks = new Tracks(1);
    tracks.step([faceAt(300, 300)], 0, picture);
    for (let i = 1; i < 50; i++) expect(tracks.step(undefined, i / 25, picture), `frame ${i}`).to.have.length(1);
    expect(tracks.step([faceAt(300, 300)], 2, picture).map(({ id }) => id)).to.deep.equal([1]);
    for (let i = 51; i < 100; i++) tracks.step(undefined, i / 25, picture);
    expect(tracks.step([], 4, picture)).to.deep.equal([]);
  });

  it('tell what is found from what is not, also in frames of the same time', () => {
    const tracks = new Tracks(1);
    tracks.step([faceAt(300, 300)], 0, picture);
    expect(tracks.step([], 0, picture)).to.have.nested.property('[0].isPredicted', true);
  });

  it('carry the points of a face along with it', () => {
    const tracks = new Tracks(1);
    const point = { x: 320, y: 280 };
    const landmarks = { leftEye: point, rightEye: point, nose: point, mouthLeft: point, mouthRight: point };
    tracks.step([{ ...faceAt(300, 300), landmarks }], 0, picture);
    const [face] = tracks.step([], 0.04, picture);
    const { x, width } = face?.box as Box;
    expect(face?.landmarks?.nose.x).to.be.closeTo(x + 0.7 * width, 1e-6);
  });

  it('end where a face leaves the picture, and at a cut', () => {
    const tracks = new Tracks(5);
    for (let i = 0; i < 20; i++) tracks.step([faceAt(800 + 10 * i, 300)], i / 25, picture);
    let frame = 20;
    while (tracks.step([], frame / 25, picture).length > 0) frame++;
    expect(frame).to.be.below(30);
    tracks.step([faceAt(300, 300)], 2, picture);
    tracks.cut();
    expect(tracks.step([faceAt(300, 300)], 2.04, picture).map(({ id }) => id)).to.deep.equal([3]);
  });

  it('do not take a face of half the size for the same one', () => {
    const tracks = new Tracks(1);
    tracks.step([faceAt(300, 300, 200)], 0, picture);
    const faces = tracks.step([faceAt(300, 300, 80)], 0.04, picture);
    expect(faces.map(({ id, isPredicted }) => [id, isPredicted])).to.deep.equal([
      [1, true],
      [2, false],
    ]);
  });
});
