import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import { root, skip } from '../fixtures/available.mjs';

const folder = path.join(root, 'tools', 'test-arm64');

interface Face {
  box: { x: number; y: number; width: number; height: number };
  confidence: number;
  landmarks: Record<string, { x: number; y: number }>;
}
interface Answers {
  answers: { engine: string; file: string; faces: Face[] }[];
}
const { compareAnswers, summarize } = (await import(path.join(folder, 'compare-answers.mjs'))) as {
  compareAnswers(one: Answers, other: Answers): Record<string, unknown>[];
  summarize(rows: Record<string, unknown>[]): string[];
};

const run = (args: string[], environment = {}) =>
  spawnSync(process.execPath, [path.join(folder, 'test-arm64.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });

const face = (x: number, confidence = 0.99, eye = 3): Face => ({
  box: { x, y: 2, width: 10, height: 12 },
  confidence,
  landmarks: { leftEye: { x: eye, y: 4 } },
});
const answers = (...faces: Face[]): Answers => ({ answers: [{ engine: 'fused', file: 'a.png', faces }] });

describe('test-arm64', () => {
  it('names its parts where another one is asked for', () => {
    const { status, stderr } = run(['nope']);
    expect(status).to.equal(2);
    expect(stderr).to.equal('test-arm64: there is no part "nope"; the parts are core, node, answers, quick\n');
  });

  it('skips everything, with what to install, where there is no emulator', function () {
    if (process.platform !== 'linux' || process.arch === 'arm64') skip(this, 'for Linux on x64');
    const { status, stdout } = run([], { PATH: '' });
    expect(status).to.equal(0);
    expect(stdout).to.match(
      /3 {2}qemu-aarch64 is missing\. Run: apt-get install qemu-user\n\n0 passed, 0 failed, 3 skipped\n$/,
    );
  });

  it('tells answers that are equal to the bit from those within the tolerance and beyond', () => {
    const compared = (one: Answers, other: Answers) => compareAnswers(one, other)[0];
    expect(compared(answers(face(1)), answers(face(1)))).to.include({
      box: 0,
      landmark: 0,
      confidence: 0,
      isWithin: true,
    });
    expect(compared(answers(face(1)), answers(face(1.5)))).to.include({ box: 0.5, landmark: 0, isWithin: true });
    expect(compared(answers(face(1)), answers(face(2.5)))).to.include({ box: 1.5, isWithin: false });
    expect(compared(answers(face(1, 0.99)), answers(face(1, 0.987)))).to.include({ box: 0, isWithin: false });
    expect(compared(answers(face(1, 0.99, 3)), answers(face(1, 0.99, 4.5)))).to.include({
      landmark: 1.5,
      isWithin: false,
    });
    expect(compared(answers(face(1), face(30)), answers(face(1)))).to.include({ isWithin: false });
    expect(compared(answers(), answers())).to.include({ box: 0, confidence: 0, isWithin: true });
  });

  it('sums them up by engine', () => {
    const rows = [
      ...compareAnswers(answers(face(1)), answers(face(1))),
      ...compareAnswers(answers(face(1), face(30)), answers(face(1), face(30.25))),
    ];
    expect(summarize(rows)).to.deep.equal([
      'fused: 1 of 2 pictures (3 faces) equal to the bit; at most 0.25 px in a box, 0.0 px in a point, 0.0 in a confidence',
    ]);
  });
});
