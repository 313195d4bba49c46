import type { Job } from 'bullmq';
import { UnrecoverableError, WaitingError } from 'bullmq';
import { expect } from 'chai';
import { type JobContext, jobProcessor } from '#dist/cli/jobs/process-job.js';
import { rejection } from '../../fixtures/rejection.mjs';

const image = Buffer.from('image').toString('base64');

/** A worker's processor around a search and a results file that do as they are told. */
function context({ detect = async () => ({ faces: [] }) as object, append = () => {} } = {}) {
  const stop = new AbortController();
  const lines: object[] = [];
  const gaveUp: unknown[] = [];
  const processor = jobProcessor({
    detector: { detect } as unknown as JobContext['detector'],
    bullmq: { UnrecoverableError, WaitingError },
    root: undefined,
    maxBytes: 5,
    films: undefined,
    results: {
      append(record: object) {
        append();
        lines.push(record);
      },
      sync: async () => {},
    } as unknown as JobContext['results'],
    signal: stop.signal,
    giveUp(error) {
      gaveUp.push(error);
      stop.abort(error);
    },
  });
  return { processor, lines, gaveUp, stop };
}

/** A job as BullMQ hands it over, and what is done with it. */
function fakeJob(more: object = {}) {
  const calls: unknown[] = [];
  const job = {
    id: 'a',
    data: { image },
    opts: { attempts: 3 },
    attemptsMade: 0,
    stalledCounter: 0,
    progress: 0,
    moveToWait: async (token: string) => calls.push(token),
    updateProgress: async (progress: unknown) => calls.push(progress),
    ...more,
  };
  return { job: job as unknown as Job, calls };
}
const failing = (code: string) => async () => {
  throw Object.assign(new Error('no'), { code });
};

describe('the processing of a job', () => {
  it('writes its line before the queue hears that it is done', async () => {
    const { processor, lines } = context();
    expect(await processor(fakeJob().job, 't')).to.deep.equal({ faces: 0 });
    expect(lines).to.deep.equal([{ file: 'a', id: 'a', faces: [] }]);
  });

  it('asks for another attempt where the error may pass, without a line', async () => {
    const { processor, lines } = context({ detect: failing('OUT_OF_MEMORY') });
    const error = await rejection(processor(fakeJob().job, 't'));
    expect(error).to.not.be.instanceOf(UnrecoverableError);
    expect(error.message).to.equal('OUT_OF_MEMORY: no');
    expect(lines).to.deep.equal([]);
  });

  for (const [what, code, more] of [
    ['the error is final', 'CORRUPT_IMAGE', {}],
    ['it was the last attempt', 'EIO', { attemptsMade: 2 }],
    ['its program asked for no attempts', 'EIO', { opts: {} }],
  ] as const) {
    it(`fails, with a line, where ${what}`, async () => {
      const { processor, lines } = context({ detect: failing(code) });
      expect(await rejection(processor(fakeJob(more).job, 't'))).to.be.instanceOf(UnrecoverableError);
      expect(lines).to.deep.equal([{ file: 'a', id: 'a', error: { code, message: 'no' } }]);
    });
  }

  it('gives the job back when the worker stops', async () => {
    const { processor, stop, lines } = context({
      detect: async () => {
        stop.abort(new Error('stopped'));
        throw stop.signal.reason;
      },
    });
    const [running, next] = [fakeJob(), fakeJob()];
    expect(await rejection(processor(running.job, 't'))).to.be.instanceOf(WaitingError);
    expect(await rejection(processor(next.job, 'u'))).to.be.instanceOf(WaitingError);
    expect([running.calls, next.calls, lines]).to.deep.equal([['t'], ['u'], []]);
  });

  // The line of the one would follow the half line of the other.
  it('writes no line after one that could not be written', async () => {
    let calls = 0;
    const append = () => {
      if (calls++ === 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    };
    const release: (() => void)[] = [];
    const detect = () => new Promise<object>((resolve) => release.push(() => resolve({ faces: [] })));
    const { processor, lines } = context({ detect, append });
    const both = [processor(fakeJob().job, 't'), processor(fakeJob().job, 'u')].map((one) => rejection(one));
    await new Promise(setImmediate);
    for (const end of release) end();
    for (const error of await Promise.all(both)) expect(error).to.be.instanceOf(WaitingError);
    expect({ lines, calls }).to.deep.equal({ lines: [], calls: 1 });
  });

  it('fails an image in the job that is larger than allowed', async () => {
    const { processor } = context();
    const { job } = fakeJob({ data: { image: Buffer.from('images').toString('base64') } });
    const error = await rejection(processor(job, 't'));
    expect(error).to.be.instanceOf(UnrecoverableError);
    expect(error.message).to.match(/^FILE_TOO_LARGE: a has 6 bytes; 5 are allowed/);
  });

  for (const [what, detect] of [
    ['faces', undefined],
    ['an error', failing('CORRUPT_IMAGE')],
  ] as const) {
    it(`stops the worker, and gives the job back, where ${what} cannot be written`, async () => {
      const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
      const append = () => {
        throw full;
      };
      const { processor, gaveUp } = context({ ...(detect && { detect }), append });
      const { job, calls } = fakeJob();
      expect(await rejection(processor(job, 't'))).to.be.instanceOf(WaitingError);
      expect({ gaveUp, calls }).to.deep.equal({ gaveUp: [full], calls: ['t'] });
    });
  }

  it('notes that it searches a job alone whose worker was lost, and forgets it when the process is still there', async () => {
    const { job, calls } = fakeJob({ stalledCounter: 1, progress: { crashes: 1 } });
    const { processor } = context();
    await processor(job, 't');
    expect(calls).to.deep.equal([{ crashes: 2 }, { crashes: 1 }]);
  });

  it('refuses it after the second time, until somebody has it tried again', async () => {
    const { job, calls } = fakeJob({ stalledCounter: 9, progress: { crashes: 2 } });
    const { processor, lines } = context();
    expect((await rejection(processor(job, 't'))).message).to.match(/^IMAGE_QUARANTINED: /);
    expect(lines).to.have.nested.property('[0].error.code', 'IMAGE_QUARANTINED');
    expect(calls).to.deep.equal([{ crashes: 0 }]);
  });
});
