import { EventEmitter } from 'node:events';
import type { Queue, Worker } from 'bullmq';
import { expect } from 'chai';
import { reportErrors } from '#dist/cli/jobs/say.js';

/** A queue that answers or refuses when told to, and what is said of the errors of it and its worker. */
function reported() {
  const asked: { resolve: (counts: object) => void; reject: (error: Error) => void }[] = [];
  const queue = Object.assign(new EventEmitter(), {
    getJobCounts: () => new Promise((resolve, reject) => asked.push({ resolve, reject })),
    getMetrics: async () => ({ meta: { count: 0 } }),
  });
  const worker = new EventEmitter();
  const said: string[] = [];
  reportErrors(queue as unknown as Queue, (text) => said.push(text), worker as unknown as Worker);
  const fail = (source: EventEmitter, message: string, more: object = {}) =>
    source.emit('error', Object.assign(new Error(message), more));
  const answer = async () => {
    for (const { resolve } of asked.splice(0)) resolve({});
    await new Promise(setImmediate);
  };
  const refuse = async (error: Error) => {
    for (const { reject } of asked.splice(0)) reject(error);
    await new Promise(setImmediate);
  };
  return { queue, worker, said, fail, answer, refuse };
}

describe('errors of the queue', () => {
  const lost = (reason: string) => `the connection to the queue is lost (${reason}); trying until it is back`;
  const back = 'the connection to the queue is back';

  it('are said once while the connection is lost, and so is its return, each time', async () => {
    const { queue, worker, said, fail, answer } = reported();
    fail(worker, 'read ECONNRESET', { code: 'ECONNRESET' });
    fail(queue, 'connect ECONNREFUSED', { code: 'ECONNREFUSED' });
    fail(worker, 'Connection is closed.');
    expect(said).to.deep.equal([lost('ECONNRESET')]);
    await answer();
    expect(said.splice(0)).to.deep.equal([lost('ECONNRESET'), back]);
    fail(worker, 'Connection is closed.');
    await answer();
    expect(said).to.deep.equal([lost('Connection is closed.'), back]);
  });

  // A job whose end the queue had recorded before the connection was lost; the code of such an error is a number.
  it('are not taken for a lost connection where they are about a job', async () => {
    const { worker, said, fail } = reported();
    const message = 'Missing lock for job 7. moveToFinished';
    fail(worker, message, { code: -2 });
    fail(worker, message, { code: -2 });
    fail(worker, 'connect ECONNREFUSED', { code: 'ECONNREFUSED' });
    expect(said).to.deep.equal([message, message, lost('ECONNREFUSED')]);
  });

  it('are said anew after the queue has answered with an error', async () => {
    const { queue, said, fail, refuse } = reported();
    for (let i = 0; i < 2; i++) {
      fail(queue, 'read ECONNRESET', { code: 'ECONNRESET' });
      await refuse(new Error('WRONGPASS'));
    }
    expect(said.splice(0)).to.deep.equal([lost('ECONNRESET'), lost('ECONNRESET')]);
    for (let i = 0; i < 2; i++) {
      fail(queue, 'read ECONNRESET', { code: 'ECONNRESET' });
      await refuse(new Error('Connection is closed.'));
    }
    expect(said).to.deep.equal([lost('ECONNRESET')]);
  });

  it('are left to the command where Redis refuses', () => {
    const { queue, said, fail } = reported();
    fail(queue, 'OOM command not allowed', { name: 'ReplyError' });
    expect(said).to.deep.equal([]);
  });
});
