import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { ExclusiveLock } from '#dist/cli/jobs/exclusive-lock.js';

/** Work that begins and ends under the test's eyes. */
function setUp() {
  const lock = new ExclusiveLock();
  const events: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, isAlone: boolean) =>
    lock.run(isAlone, () => {
      events.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await nextTurn();
  };
  return { lock, events, run, end };
}

describe('exclusive locks', () => {
  it('let work run beside other work', async () => {
    const { events, run } = setUp();
    void run('a', false);
    void run('b', false);
    await nextTurn();
    expect(events).to.deep.equal(['a', 'b']);
  });

  it('give work that wants it a time alone, and nobody waits for ever', async () => {
    const { events, run, end } = setUp();
    void run('a', false);
    void run('alone', true);
    void run('b', false);
    void run('alone too', true);
    await nextTurn();
    expect(events).to.deep.equal(['a']);
    await end('a');
    expect(events).to.deep.equal(['a', 'alone']);
    await end('alone');
    expect(events).to.deep.equal(['a', 'alone', 'b']);
    await end('b');
    expect(events).to.deep.equal(['a', 'alone', 'b', 'alone too']);
  });

  it('go on after work that fails', async () => {
    const { lock } = setUp();
    const failed = await lock.run(true, () => Promise.reject(new Error('no'))).catch((error: Error) => error.message);
    expect([failed, await lock.run(true, () => Promise.resolve('yes'))]).to.deep.equal(['no', 'yes']);
  });
});
