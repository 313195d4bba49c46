import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { inOrder } from '#dist/cli/detect/in-order.js';

const collect = async <T,>(answers: AsyncIterable<T>) => {
  const all: T[] = [];
  for await (const answer of answers) all.push(answer);
  return all;
};

describe('answers in order', () => {
  it('come as the items, whichever is done first', async () => {
    const work = async (ms: number) => sleep(ms, ms);
    expect(await collect(inOrder([30, 1, 20, 0], 4, work))).to.deep.equal([30, 1, 20, 0]);
    expect(await collect(inOrder([], 4, work))).to.deep.equal([]);
  });

  it('are begun no further ahead than the window', async () => {
    let begun = 0;
    const answers = inOrder([...Array(10).keys()], 3, async (item) => {
      begun++;
      return item;
    });
    for (let taken = 1; taken <= 8; taken++) {
      await answers.next();
      expect(begun).to.equal(taken + 2);
    }
  });

  it('end with the first rejection, and leave none unhandled', async () => {
    const work = async (item: number) => {
      if (item > 1) throw new Error(`no ${item}`);
      return item;
    };
    const answers = inOrder([0, 1, 2, 3], 4, work);
    expect([(await answers.next()).value, (await answers.next()).value]).to.deep.equal([0, 1]);
    const error = await answers.next().catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'no 2');
    expect(await answers.next()).to.have.property('done', true);
  });
});
