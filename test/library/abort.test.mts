import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { isSignal, onAbort, throwIfAborted } from '#dist/library/abort.js';
import { thrown } from '../fixtures/rejection.mjs';

describe('waiting for an abort', () => {
  const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

  it('takes one listener of a signal for any number that wait, and calls each in the order it came', () => {
    const controller = new AbortController();
    const called: number[] = [];
    for (let i = 0; i < 50; i++) onAbort(controller.signal, () => called.push(i));
    expect(listeners(controller.signal)).to.equal(1);
    controller.abort();
    expect(called).to.deep.equal(Array.from({ length: 50 }, (_value, i) => i));
  });

  it('leaves no listener when the last has gone, and takes one again', () => {
    const controller = new AbortController();
    const { signal } = controller;
    let calls = 0;
    const run = () => {
      calls++;
    };
    const first = onAbort(signal, run);
    const second = onAbort(signal, run);
    first();
    first(); // again: the other one stays
    expect(listeners(signal)).to.equal(1);
    second();
    expect(listeners(signal)).to.equal(0);
    const third = onAbort(signal, run);
    second(); // of a time before
    expect(listeners(signal)).to.equal(1);
    controller.abort();
    third();
    expect(calls).to.equal(1);
    expect(listeners(signal)).to.equal(0);
  });

  it('lets those that are called leave, and others with them', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const leave: (() => void)[] = [];
    for (const name of ['a', 'b', 'c'])
      leave.push(
        onAbort(controller.signal, () => {
          called.push(name);
          leave[0]?.();
          leave[1]?.();
        }),
      );
    controller.abort();
    expect(called).to.deep.equal(['a', 'c']);
  });

  it('is nothing without a signal', () => {
    onAbort(undefined, () => {
      throw new Error('called');
    })();
    throwIfAborted(undefined);
  });

  // The signals of jsdom 20, which jest 29 has, were refused: they cannot throw.
  it('needs of a signal what all realms have', () => {
    const target = new EventTarget();
    const plain = Object.assign(target, { aborted: false, reason: undefined as unknown });
    const signal = plain as unknown as AbortSignal;
    expect(isSignal(signal)).to.equal(true);
    for (const other of [undefined, null, 5, 'signal', {}, new AbortController(), { aborted: true }])
      expect(isSignal(other)).to.equal(false);
    throwIfAborted(signal);
    plain.aborted = true;
    plain.reason = new Error('enough');
    expect(thrown(() => throwIfAborted(signal))).to.equal(plain.reason);
  });
});
