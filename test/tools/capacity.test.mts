import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';

interface Arrival {
  at: number;
  seconds: number;
}
interface Facts {
  megapixels: number;
  minFaceSize: number;
  faces: number;
}
type Law = Record<'megapixel' | 'megapixelAt20' | 'face', number>;

const tools = path.join(root, 'tools');
const { meanWait, waits } = (await import(path.join(tools, 'capacity', 'queue.mjs'))) as {
  meanWait(rate: number, seconds: number[]): number;
  waits(arrivals: Arrival[], setting: { workers: number; slots: number; queueLimit: number }): (number | undefined)[];
};
const { costByLaw, lawOf } = (await import(path.join(tools, 'capacity', 'law.mjs'))) as {
  costByLaw(law: Law, facts: Facts): number;
  lawOf(samples: (Facts & { cpu: number })[]): Law;
};
const { measure } = (await import(path.join(tools, 'capacity', 'measure.mjs'))) as {
  measure(images: object[], sizes: number[]): Promise<(Facts & { cpu: number; name: string })[]>;
};
const { quantile } = (await import(path.join(tools, 'lib', 'statistics.mjs'))) as {
  quantile(values: number[], share: number): number;
};
const { Random } = (await import(path.join(tools, 'lib', 'random.mjs'))) as {
  Random: new (seed: number) => { gap(rate: number): number };
};

const unlimited = { workers: 1, slots: 1, queueLimit: Number.POSITIVE_INFINITY };

/** Independent arrivals, `rate` a second. */
function randomArrivals(count: number, rate: number, seconds: (random: { gap(rate: number): number }) => number) {
  const random = new Random(1);
  let at = 0;
  return Array.from({ length: count }, () => {
    at += random.gap(rate);
    return { at, seconds: seconds(random) };
  });
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOf = (all: (number | undefined)[]) => mean(all.filter((wait) => wait !== undefined));

describe('the queue of npm run capacity', () => {
  it('serves first come, first served, with a line for each worker, in turn', () => {
    const arrivals = [0, 0, 0, 1, 9].map((at) => ({ at, seconds: 2 }));
    expect(waits(arrivals, unlimited)).to.deep.equal([0, 2, 4, 5, 0]);
    expect(waits(arrivals, { ...unlimited, slots: 2 })).to.deep.equal([0, 0, 2, 1, 0]);
    expect(waits(arrivals, { ...unlimited, workers: 2 })).to.deep.equal([0, 0, 2, 1, 0]);
  });

  it('refuses what finds the line full, not counting those that are served', () => {
    const arrivals = [0, 0, 0, 0, 2.5, 2.5].map((at) => ({ at, seconds: 2 }));
    expect(waits(arrivals, { ...unlimited, queueLimit: 1 })).to.deep.equal([
      0,
      2,
      undefined,
      undefined,
      1.5,
      undefined,
    ]);
  });

  it('waits as long as the formulas of M/M/1, M/D/1 and M/M/2 say', () => {
    const exponential = randomArrivals(200_000, 0.7, (random) => random.gap(1));
    expect(meanOf(waits(exponential, unlimited))).to.be.closeTo(0.7 / 0.3, 0.1);
    const equal = randomArrivals(200_000, 0.7, () => 1);
    expect(meanOf(waits(equal, unlimited))).to.be.closeTo(meanWait(0.7, [1]), 0.05);
    expect(meanWait(0.7, [1])).to.be.closeTo(0.7 / (2 * 0.3), 1e-9);
    // Erlang C with two servers: load^2 / (1 - load^2).
    const two = waits(
      randomArrivals(200_000, 1.4, (random) => random.gap(1)),
      { ...unlimited, slots: 2 },
    );
    expect(meanOf(two)).to.be.closeTo(0.49 / 0.51, 0.05);
  });

  it('refuses as many as the formula of Erlang B says where nobody may wait', () => {
    const refused = waits(
      randomArrivals(200_000, 1, (random) => random.gap(1)),
      { ...unlimited, queueLimit: 0 },
    );
    expect(refused.filter((wait) => wait === undefined).length / refused.length).to.be.closeTo(0.5, 0.01);
  });

  it('has no mean wait where more comes than can be done', () => {
    expect(meanWait(2, [0.5])).to.equal(Number.POSITIVE_INFINITY);
  });

  it('quantiles are values below which that share lies', () => {
    expect(quantile([5, 1, 4, 2, 3], 0.5)).to.equal(3);
    expect(quantile([1, 2], 1)).to.equal(2);
  });
});

describe('the law of npm run capacity', () => {
  it('is found again in costs that follow one', () => {
    const law = { megapixel: 8, megapixelAt20: 17, face: 0.4 };
    const facts = [
      { megapixels: 0.6, minFaceSize: 20, faces: 11 },
      { megapixels: 0.6, minFaceSize: 80, faces: 9 },
      { megapixels: 3, minFaceSize: 40, faces: 0 },
      { megapixels: 1.4, minFaceSize: 20, faces: 300 },
    ];
    expect(costByLaw(law, { megapixels: 2, minFaceSize: 40, faces: 10 })).to.be.closeTo(16 + 8.5 + 4, 1e-9);
    const found = lawOf(facts.map((one) => ({ ...one, cpu: costByLaw(law, one) })));
    for (const [name, value] of Object.entries(law)) expect(found[name as keyof Law], name).to.be.closeTo(value, 1e-9);
  });

  it('is made of what searches really take', async function () {
    needWeights(this);
    const samples = await measure([{ name: 'faces', bytes: standardPng() }], [20, 100]);
    const [small, large] = samples;
    expect(samples).to.have.length(2);
    expect(small).to.include({ name: 'faces', minFaceSize: 20, megapixels: 0.4, faces: 4 });
    expect(large?.faces).to.be.below(4);
    expect(small?.cpu).to.be.above(0);
  });
});
