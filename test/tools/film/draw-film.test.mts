import { expect } from 'chai';
import { FaceDetector } from 'opencv-face-detector';
import { needWeights } from '../../fixtures/available.mjs';
import { drawFilm, type FilmFrame, type Scene, scenes, truthOf } from '../../fixtures/films.mjs';

const size = { width: 1280, height: 720 };

const sceneOf = (name: string) => scenes.find((scene) => scene.name === name) as Scene;

async function framesOf(scene: Scene): Promise<FilmFrame[]> {
  const frames: FilmFrame[] = [];
  for await (const frame of drawFilm(scene)) frames.push(frame);
  return frames;
}

describe('truthOf', () => {
  const [alone] = truthOf([{ id: 'a', x: 600, y: 300, height: 100 }], size);

  it('has the box of a head from the top of its hair to its chin, however it is turned', () => {
    expect(alone?.head).to.deep.equal({ x: 557, y: 240, width: 86, height: 112.5 });
    expect(truthOf([{ id: 'a', x: 600, y: 300, height: 100, yaw: 120 }], size)[0]?.head).to.deep.equal(alone?.head);
  });

  it('knows which part of a face shows', () => {
    expect(alone).to.include({ isThere: true });
    expect(alone?.corePoints).to.have.length(256);
    const [cut] = truthOf([{ id: 'a', x: 0, y: 300, height: 100 }], size);
    expect(cut?.corePoints).to.have.length(128);
    expect(cut).to.include({ isThere: true });
    const [gone] = truthOf([{ id: 'a', x: -10, y: 300, height: 100 }], size);
    expect(gone?.isThere).to.equal(false);
    expect(gone?.headPoints.length).to.be.above(0);
  });

  it('does not count on what a nearer head covers', () => {
    const near = { id: 'near', x: 610, y: 310, height: 150 };
    const [hidden, shown] = truthOf([{ id: 'far', x: 600, y: 300, height: 100 }, near], size);
    expect(hidden?.isThere).to.equal(false);
    expect(hidden?.corePoints).to.have.length(0);
    expect(shown?.corePoints).to.have.length(256);
  });

  it('moves what a face is recognised by to the side as it turns, until it is on the back', () => {
    const core = (yaw: number) => truthOf([{ id: 'a', x: 600, y: 300, height: 100, yaw }], size)[0];
    const leftmost = (yaw: number) => Math.min(...(core(yaw)?.corePoints ?? []).map(({ x }) => x));
    expect(leftmost(0)).to.be.within(579, 582);
    expect(leftmost(60)).to.be.within(620, 625);
    expect(leftmost(-60)).to.be.within(556, 559);
    expect(core(100)?.isThere).to.equal(true);
    for (const yaw of [130, 180, -180]) expect(core(yaw)?.isThere, `${yaw}`).to.equal(false);
  });
});

describe('drawFilm', () => {
  it('draws the same frames each time, 25 a second', async () => {
    const scene = { ...sceneOf('noise'), seconds: 0.12 };
    const [frames, again] = await Promise.all([framesOf(scene), framesOf(scene)]);
    expect(frames.map(({ time }) => time)).to.deep.equal([0, 0.04, 0.08]);
    for (const [i, { data, width, height }] of frames.entries()) {
      expect(data.length).to.equal(width * height * 3);
      expect(Buffer.compare(data, again[i]?.data ?? Buffer.alloc(0))).to.equal(0);
    }
  });

  it('has other noise in each frame', async () => {
    const still = { name: 'still', about: '', seconds: 0.08, heads: () => [] };
    const changed = async (scene: Scene) => {
      const [a, b] = (await framesOf(scene)) as [FilmFrame, FilmFrame];
      return a.data.filter((value, i) => value !== b.data[i]).length / a.data.length;
    };
    expect(await changed(still)).to.equal(0);
    expect(await changed({ ...still, noise: 20 })).to.be.above(0.9);
  });

  it('moves the heads with the camera', async () => {
    const heads = () => [{ id: 'a', x: 600, y: 300, height: 100 }];
    const [at, after] = await framesOf({ name: 'pan', about: '', seconds: 0.08, camera: (t) => 500 * t, heads });
    expect((at?.truth[0]?.head.x ?? 0) - (after?.truth[0]?.head.x ?? 0)).to.equal(20);
    const row = (frame: FilmFrame | undefined, x: number) =>
      frame?.data.subarray((300 * 1280 + x) * 3, (300 * 1280 + x + 200) * 3);
    expect(row(after, 500)).to.deep.equal(row(at, 520));
  });

  describe('searched by mtcnn', () => {
    let detector: FaceDetector;
    before(async function () {
      needWeights(this);
      detector = await FaceDetector.create();
    });
    after(() => detector?.close());

    const isOn = (frame: FilmFrame, x: number, y: number) =>
      frame.truth.find(({ head }) => x > head.x && y > head.y && x < head.x + head.width && y < head.y + head.height);

    /** By id, in what share of the frames in which a face is there it is found; and what is found where none is. */
    async function found(scene: Scene): Promise<Record<string, number>> {
      const counts: Record<string, [found: number, there: number]> = {};
      let elsewhere = 0;
      for await (const frame of drawFilm(scene, 5)) {
        const { faces } = await detector.detect(frame, { minFaceSize: 40 });
        const ids = faces.map(({ box }) => isOn(frame, box.x + box.width / 2, box.y + box.height / 2)?.id);
        elsewhere += ids.filter((id) => id === undefined).length;
        for (const { id, isThere } of frame.truth) {
          if (!isThere) continue;
          const [some, all] = counts[id] ?? [0, 0];
          counts[id] = [some + (ids.includes(id) ? 1 : 0), all + 1];
        }
      }
      const shares = Object.entries(counts).map(([id, [some, all]]) => [id, some / all]);
      return { ...Object.fromEntries(shares), elsewhere };
    }

    it('shows its faces', async () => {
      expect(await found(sceneOf('slow'))).to.deep.equal({ a: 1, b: 1, elsewhere: 0 });
      expect(await found(sceneOf('fast'))).to.deep.equal({ a: 1, elsewhere: 0 });
      expect(await found(sceneOf('grow'))).to.deep.equal({ a: 1, elsewhere: 0 });
    });

    it('does not show those that are turned to the side, or in much grain not always', async () => {
      const turned = await found(sceneOf('turn'));
      expect(turned.elsewhere).to.equal(0);
      for (const id of ['long', 'short']) expect(turned[id], id).to.be.within(0.5, 0.95);
      const { a, b } = await found(sceneOf('noise'));
      expect(a).to.be.within(0.1, 0.9);
      expect(b).to.be.within(0.4, 0.98);
    });
  });
});
