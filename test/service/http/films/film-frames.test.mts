import { expect } from 'chai';
import { limited } from '#dist/service/http/films/film-frames.js';
import { rejection } from '../../../fixtures/rejection.mjs';

describe('a film within its limits', () => {
  const limits = { maxVideoSeconds: 2, maxVideoFrames: 3 };
  async function timesOf(...times: number[]): Promise<number[]> {
    const frames = (async function* () {
      for (const time of times) yield { time, data: Buffer.alloc(3), width: 1, height: 1 };
    })();
    const taken: number[] = [];
    for await (const { time } of limited(frames, limits)) taken.push(time as number);
    return taken;
  }

  it('has its frames, as a tracker takes them', async () => {
    expect(await timesOf(0, 1, 2)).to.deep.equal([0, 1, 2]);
  });

  it('ends where it is longer, whatever its header said', async () => {
    const error = await rejection(timesOf(0, 2.04));
    expect(error).to.include({ code: 'FILM_TOO_LONG', message: 'a film may have 2 seconds at most' });
  });

  it('ends where it has more frames, however short it is', async () => {
    const error = await rejection(timesOf(0, 0.001, 0.002, 0.003));
    expect(error).to.include({ code: 'FILM_TOO_LONG', message: 'a film may have 3 frames at most' });
  });
});
