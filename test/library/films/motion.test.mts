import { expect } from 'chai';
import { correct, predict, smoothed, startMotion } from '#dist/library/films/motion.js';

const noise = { measured: 1, gained: 150 };
const rms = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);

/** Noise that is the same each time: -1 to 1. */
const shake = (i: number) => ((i * 7919) % 199) / 99.5 - 1;

describe('motion', () => {
  it('learns the speed of what it sees, and goes on for a while where it sees nothing', () => {
    let motion = startMotion(0, noise);
    for (let i = 1; i <= 25; i++) motion = correct(predict(motion, 0.04, noise), 4 * i, noise);
    expect(motion.position).to.be.closeTo(100, 2);
    expect(motion.speed).to.be.closeTo(100, 10);
    const soon = predict(motion, 0.04, noise);
    expect(soon.position).to.be.closeTo(104, 3);
    const late = predict(motion, 60, noise);
    expect(late.position).to.be.within(130, 160); // half a second's way, by the rate at which speed is forgotten
    expect(late.pp).to.be.above(soon.pp);
  });

  it('is smooth after the event, and nearer to the truth than what was measured', () => {
    const truth = Array.from({ length: 60 }, (_, i) => 100 * Math.sin(i / 20));
    const samples = truth.map((value, i) => ({ time: i / 25, measured: value + 2 * shake(i) }));
    const path = smoothed(samples, { measured: 1.2, gained: 60 });
    const off = (values: readonly (number | undefined)[]) =>
      rms(truth.map((value, i) => (values[i] as number) - value));
    expect(off(path)).to.be.below(0.6 * off(samples.map(({ measured }) => measured)));
    const bends = (values: readonly number[]) =>
      rms(values.slice(2).map((value, i) => value - 2 * (values[i + 1] as number) + (values[i] as number)));
    expect(bends(path)).to.be.below(0.2 * bends(samples.map(({ measured }) => measured)));
  });

  it('bridges a gap from both of its ends', () => {
    const samples = Array.from({ length: 41 }, (_, i) => ({
      time: i / 25,
      measured: i > 15 && i < 26 ? undefined : 3 * i, // 0.4 s are missing
    }));
    for (const [i, position] of smoothed(samples, noise).entries()) expect(position).to.be.closeTo(3 * i, 3);
  });

  it('takes one sample, and two at the same time', () => {
    expect(smoothed([{ time: 3, measured: 7 }], noise)).to.deep.equal([7]);
    const path = smoothed(
      [
        { time: 0, measured: 5 },
        { time: 0, measured: 5 },
      ],
      noise,
    );
    for (const position of path) expect(position).to.be.closeTo(5, 1e-9);
  });
});
