import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights } from '../fixtures/available.mjs';
import { cli, startCli } from '../fixtures/command-line.mjs';
import { brightness, needFfmpeg, walking, writeFilm, writeRepeatedFilm } from '../fixtures/film-files.mjs';
import { eventually } from '../fixtures/http.mjs';

describe('films on the command line', () => {
  let folder: string;
  before(function () {
    needWeights(this);
    needFfmpeg(this);
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    writeFilm(path.join(folder, 'walk.mp4'), walking(20), '-movflags', '+faststart');
  });
  after(() => folder && rmSync(folder, { recursive: true }));
  const run = (...args: string[]) => cli(args, { cwd: folder });

  it('track prints who was there when', () => {
    const { status, stdout, stderr } = run('track', '--min-face-size', '40', 'walk.mp4');
    expect(stdout).to.match(/^face 1 {2}0:00\.00 to 0:00\.\d\d {2}found in \d+ of 20 frames\n$/);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '20 frames\n' });
  });

  it('track --ndjson prints a line for each frame, also from a pipe', () => {
    const fromFile = run('track', '--ndjson', '--min-face-size', '40', '--search-every', '2', 'walk.mp4');
    const lines = fromFile.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { time: number; faces: object[] });
    expect(lines.map(({ time }) => time)).to.deep.equal(Array.from({ length: 20 }, (_, i) => i / 25));
    for (const { faces } of lines) expect(faces[0]).to.include({ id: 1 });
    const input = readFileSync(path.join(folder, 'walk.mp4'));
    const args = ['track', '--ndjson', '--min-face-size', '40', '--search-every', '2', '-'];
    expect(cli(args, { cwd: folder, input }).stdout).to.equal(fromFile.stdout);
  });

  it('redact writes the film with its faces hidden', () => {
    const args = ['redact', 'walk.mp4', '-o', 'hidden.mp4', '--mode', 'fill', '--min-face-size', '40'];
    const { status, stderr } = run(...args);
    expect({ status, stderr }).to.deep.equal({
      status: 0,
      stderr: '20 frames, 1 face hidden, 0 to check (--moments)\n',
    });
    for (const [i, picture] of brightness(path.join(folder, 'hidden.mp4')).entries())
      expect(picture[120 * 320 + 80 + 6 * i]).to.be.below(24);
    expect(run(...args)).to.deep.include({ status: 1 });
    expect(run(...args, '--overwrite', '--quiet')).to.deep.include({ status: 0, stderr: '' });
  });

  it('both say what is wrong with their arguments', () => {
    for (const [args, reason] of [
      [['track'], 'needs a film'],
      [['track', 'a', 'b'], 'one film'],
      [['track', '--search-every', '0', 'a'], '--search-every must be'],
      [['track', '--threshold', '0.5', '--onet-threshold', '0.5', 'a'], 'another name'],
      [['redact', 'walk.mp4'], 'needs --output'],
      [['redact', 'walk.mp4', '-o', 'a.mp4', '--max-yaw', '3'], '--max-yaw'],
    ] as const) {
      const { status, stderr } = run(...args);
      expect(status, args.join(' ')).to.equal(2);
      expect(stderr).to.contain(reason);
    }
  });

  it('redact leaves nothing behind when it is stopped', async () => {
    writeRepeatedFilm(path.join(folder, 'long.mp4'), path.join(folder, 'walk.mp4'), 50);
    const child = startCli(['redact', 'long.mp4', '-o', 'never.mp4', '--min-face-size', '40'], folder);
    const partial = () => readdirSync(folder).filter((name) => name.includes('partial'));
    await eventually('it writes', () => partial().length > 0, 60);
    child.kill('SIGINT');
    const [status] = (await once(child, 'close')) as [number];
    expect(status).to.equal(130);
    expect(existsSync(path.join(folder, 'never.mp4'))).to.equal(false);
    expect(partial()).to.deep.equal([]);
  });
});
