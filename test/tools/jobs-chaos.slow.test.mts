import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root } from '../fixtures/available.mjs';
import { needRedis } from '../fixtures/redis.mjs';

interface Figures {
  jobs: number;
  kills: number;
  statuses: unknown[];
}
const { chaos } = (await import(path.join(root, 'tools', 'jobs-chaos', 'chaos.mjs'))) as {
  chaos(settings: { jobs: number; workers: number; pauseMs: () => number }): Promise<Figures>;
};

describe('bulk jobs', function () {
  this.timeout(300_000);
  before(function () {
    needWeights(this);
    needRedis(this);
  });

  it('have one result for each image although workers are killed', async () => {
    const { kills, ...rest } = await chaos({ jobs: 200, workers: 2, pauseMs: () => 400 + 600 * Math.random() });
    expect(kills).to.be.above(0);
    expect(rest).to.include({ jobs: 200, completed: 200, failed: 0, torn: 0, results: 200, missing: 0, twice: 0 });
    expect(rest.statuses).to.deep.equal([0, 0]);
  });
});
