import { expect } from 'chai';
import { FaceDetector } from 'opencv-face-detector';
import { needWeights } from '../../fixtures/available.mjs';
import {
  type FilmFrames,
  figures,
  identity,
  searchScene,
  trackScene,
  visible,
} from '../../fixtures/evaluate-films-modules.mjs';
import { type Scene, scenes } from '../../fixtures/films.mjs';

/** Films whose faces are known, followed and hidden: docs/quality.md has the figures of all scenes. */
describe('films drawn by code, followed by mtcnn', () => {
  let detector: FaceDetector;
  before(async function () {
    needWeights(this);
    detector = await FaceDetector.create();
  });
  after(() => detector?.close());

  function sceneOf(name: string): Scene {
    const scene = scenes.find((one) => one.name === name);
    if (!scene) throw new Error(`no scene ${name}`);
    return scene;
  }

  /** The figures of a scene, or of its first seconds, with what a search of each frame by itself would do. */
  async function follow(name: string, seconds = 99) {
    const scene = { ...sceneOf(name), seconds: Math.min(seconds, sceneOf(name).seconds) };
    const searched = await searchScene(detector, scene);
    const tracked = await trackScene(detector, scene, 1);
    return { ...figures(searched, tracked), searched, tracked };
  }

  const keepsIds = { switches: 0, handedOn: 0, fragmentations: 0, lost: 0 };

  it('keep their ids where they cross, the one behind out of sight', async () => {
    const tracked = await trackScene(detector, sceneOf('cross'), 1);
    const { known, ...ids } = identity(tracked);
    expect(ids).to.include(keepsIds);
    const isHidden = ({ truth }: FilmFrames[number]) => truth.some(({ isThere }) => !isThere);
    expect(tracked.filter(isHidden)).to.have.length.above(5);
    expect(new Set(tracked.flatMap(({ faces }) => faces.map(({ id }) => id))).size).to.equal(2);
    expect(visible(tracked, known)).to.include({ faces: ids.there, core: 0 });
  });

  it('keep their ids where three cross and two of three frames are not searched', async () => {
    const tracked = await trackScene(detector, sceneOf('cross of three'), 3);
    const { known, bridged, ...ids } = identity(tracked);
    expect(ids).to.include(keepsIds);
    expect(bridged).to.be.above(200);
    expect(visible(tracked, known)).to.include({ faces: ids.there, core: 0 });
  });

  it('are followed and hidden while they turn away, which a search of each frame by itself is not', async () => {
    const { searched, tracked, visible: shows, jitter, ...ids } = await follow('turn');
    expect(ids).to.include({ switches: 0, handedOn: 0 });
    expect(searched.filter(({ faces }) => faces.length < 2)).to.have.length.above(20);
    for (const { faces } of tracked) expect(faces.map(({ id }) => id)).to.deep.equal([1, 2]);
    expect(shows.before.core).to.be.above(20);
    expect(shows.after.core).to.equal(0);
    expect(jitter.hidden.centre).to.be.below(jitter.found.centre / 2);
    expect(jitter.hidden.size).to.be.below(jitter.found.size / 10);
  });

  it('are hidden if they are there for a single frame', async () => {
    const { tracked, visible: shows, unknown } = await follow('single frames');
    expect(unknown).to.deep.equal([]);
    expect(shows.after).to.include({ faces: 77, core: 0, head: 0 });
    expect([20, 25, 30, 35, 40].map((i) => tracked[i]?.boxes.length)).to.deep.equal([1, 2, 2, 2, 1]);
  });

  it('are hidden to the border where they leave and come back', async () => {
    const { visible: shows, unknown } = await follow('leave');
    expect(unknown).to.deep.equal([]);
    expect(shows.before.core).to.be.above(0);
    expect(shows.after).to.include({ core: 0, head: 0 });
  });

  it('are hidden in the first frame after a cut, and not with the boxes of those before it', async () => {
    const { tracked, visible: shows, ...ids } = await follow('cut');
    expect(ids).to.include(keepsIds);
    expect(shows.after).to.include({ core: 0, head: 0 });
    expect(tracked.map(({ boxes }) => boxes.length)).to.deep.equal(Array(100).fill(2));
  });

  it('tremble less than what is found, though grain hides them again and again', async () => {
    const { visible: shows, jitter, bridged } = await follow('noise', 2);
    expect(bridged).to.be.above(20);
    expect(shows.before.core).to.be.above(20);
    expect(shows.after.core).to.equal(0);
    expect(jitter.hidden.centre).to.be.below(jitter.found.centre / 3);
    expect(shows.after.area).to.be.below(1.5);
  });
});
