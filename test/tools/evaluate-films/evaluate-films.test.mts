import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root } from '../../fixtures/available.mjs';
import { type Figures, table } from '../../fixtures/evaluate-films-modules.mjs';
import type { Scene } from '../../fixtures/films.mjs';

const scene: Scene = { name: 'two', about: 'they walk', seconds: 1, heads: () => [] };

const figuresOf = (changes: Partial<Figures>): Figures => ({
  there: 40,
  seen: 30,
  bridged: 8,
  lost: 2,
  switches: 0,
  fragmentations: 1,
  handedOn: 0,
  unknown: [],
  jitter: {
    found: { centre: 2, size: 3, count: 9 },
    tracked: { centre: 1, size: 1.5, count: 9 },
    hidden: { centre: 0.5, size: Number.NaN, count: 0 },
  },
  visible: {
    before: { faces: 40, core: 10, head: 20, area: 1.2 },
    after: { faces: 40, core: 0, head: 1, area: 1.25 },
  },
  ...changes,
});

describe('the table of evaluate-films', () => {
  const cells = (all: Figures[]) => table([{ scene, all }]).split('\n')[2];

  it('has a row for each scene', () => {
    expect(cells([figuresOf({})])).to.equal(
      '| two: they walk | 40 | 10 | 8 | 0 | 1 | 0 | 2.00, 1.00, 0.50 | 3.00, 1.50, - | 0 | 25.0, 0 | 50.0, 2.5 | 1.2, 1.3 |',
    );
  });

  it('says what differs between the ways to search, and that little is not nothing', () => {
    const [before] = [figuresOf({}).visible.before];
    const after = { faces: 4000, core: 1, head: 0, area: 2 };
    const other = figuresOf({ seen: 10, bridged: 30, lost: 0, unknown: ['b'], visible: { before, after } });
    expect(cells([figuresOf({}), other])).to.equal(
      '| two: they walk | 40 | 10 / 30 | 8 / 30 | 0 | 1 | 0 | 2.00, 1.00, 0.50 | 3.00, 1.50, - | 0 / 1 | 25.0, 0 / 0.1 | 50.0, 2.5 / 0 | 1.2, 1.3 / 2.0 |',
    );
  });
});

describe('npm run tools -- evaluate-films', () => {
  function run(...args: string[]) {
    const script = path.join(root, 'tools', 'evaluate-films', 'evaluate-films.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  it('refuses what it cannot do, and says why', () => {
    const cases: [string[], RegExp][] = [
      [['--scene', 'none'], /there is no scene "none": slow, fast, /],
      [['--every', '0'], /--every must be integers from 1/],
      [['--every', '1,x'], /--every must be integers from 1/],
      [['--scene', 'slow', '--write'], /--write needs all scenes/],
      [['--model', 'best'], /model must be one of/],
      [['--fast'], /Unknown option '--fast'/],
    ];
    for (const [args, message] of cases) {
      const { status, stderr, stdout } = run(...args);
      expect({ status, stdout }, args.join(' ')).to.deep.equal({ status: 2, stdout: '' });
      expect(stderr).to.match(message).and.not.include('    at ');
    }
  });

  it('prints the figures of a scene', function () {
    needWeights(this);
    const { status, stdout } = run('--scene', 'single frames', '--every', '3', '--json');
    expect(status).to.equal(0);
    const [{ all }] = JSON.parse(stdout) as [{ all: [Figures] }];
    expect(all).to.have.length(1);
    expect(all[0]).to.deep.include({ there: 77, unknown: ['at 50'], switches: 0 });
    expect(all[0].visible.after).to.include({ faces: 76, core: 0 });
  });
});
