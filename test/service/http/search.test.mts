import { createHash } from 'node:crypto';
import { EventEmitter, getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import type { DetectCallOptions } from '#dist/library/detect-options.js';
import type { Detection } from '#dist/library/detection.js';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { RequestError } from '#dist/service/http/request-error.js';
import { search, serverTiming } from '#dist/service/http/search.js';
import { SearchWatch } from '#dist/service/http/search-watch.js';
import type { Service } from '#dist/service/http/service.js';
import { disconnectSignal } from '#dist/service/http/signals.js';
import { unrecorded } from '#dist/service/http/tracing.js';
import type { WorkerMessage } from '#dist/service/worker-messages.js';
import { FakeClock } from '../../fixtures/fake-clock.mjs';
import { rejection } from '../../fixtures/rejection.mjs';

const detection = { faces: [], timings: { queue: 1, decode: 2, total: 3 } } as unknown as Detection;
const image = Buffer.from('an image');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A service whose detector ends when told to, with all that was asked of its parts. */
function fakeService(probe: () => object = () => ({ width: 1000, height: 1000, peakBytesWithAlpha: 4e6 })) {
  const native = { resolve: (_detection: Detection) => {}, reject: (_error: Error) => {} };
  const done = new Promise<Detection>((resolve, reject) => Object.assign(native, { resolve, reject }));
  const calls: [image: Buffer, options: DetectCallOptions][] = [];
  const searched: Detection[] = [];
  const told: WorkerMessage[] = [];
  const watch = new SearchWatch((message) => void told.push(message));
  let isHeld = false;
  const service = {
    config: { requestTimeoutMs: 2000, maxPixels: 50_000_000, minFaceSize: 20 },
    probe,
    detector: {
      model: 'mtcnn',
      detect: (...call: [Buffer, DetectCallOptions]) => {
        calls.push(call);
        return done;
      },
    },
    metrics: { searched: (one: Detection) => searched.push(one) },
    watch,
  } as unknown as Service;
  const seat = {
    countBody() {},
    holdAnswer() {},
    holdUntil(held: Promise<unknown>) {
      isHeld = true;
      const free = () => {
        isHeld = false;
      };
      held.then(free, free);
    },
  };
  const client = new AbortController();
  const options = { minFaceSize: 40 };
  const request = { image, route: '/v1/faces', options, clientSignal: client.signal, seat, span: unrecorded };
  const find = () => search(service, 'detect', request);
  return { find, native, calls, searched, told, watch, client, isHeld: () => isHeld };
}

describe('search', () => {
  const clock = new FakeClock();
  beforeEach(() => clock.install());
  afterEach(() => clock.restore());

  // A listener left on the signal kept every search in memory: 2 KB each, 40 MB after eleven thousand.
  it('leaves nothing listening to its signal, however it ends', async () => {
    for (const end of ['resolve', 'reject'] as const) {
      const { find, native, calls } = fakeService();
      const found = find().catch(() => undefined);
      const [[, { signal } = {}] = []] = calls;
      expect(getEventListeners(signal as AbortSignal, 'abort')).to.have.length(1);
      if (end === 'resolve') native.resolve(detection);
      else native.reject(new Error('damaged'));
      await found;
      await tick();
      expect(getEventListeners(signal as AbortSignal, 'abort'), end).to.have.length(0);
    }
  });

  it('tells the detector about how long it takes, by what the header says; that it is long where it takes much memory', () => {
    const costOf = (side: number) => {
      const { find, calls } = fakeService(() => ({ width: side, height: side, peakBytesWithAlpha: 1 }));
      void find();
      return calls[0]?.[1].costMs;
    };
    expect(costOf(1000)).to.be.above(0);
    expect(costOf(3000)).to.be.closeTo((costOf(1000) as number) * 9, 0.001);
    expect(costOf(8000)).to.equal(0); // refused at once
    const { find, calls } = fakeService(() => ({ width: 1000, height: 1000, peakBytesWithAlpha: 60e6 }));
    void find();
    expect(calls[0]?.[1].costMs).to.be.above(250);
  });

  it('refuses before any waiting what the header shows to be wrong', async () => {
    const { find, calls, told } = fakeService(() => {
      throw new FaceDetectorError('CORRUPT_IMAGE', 'the header is damaged');
    });
    expect(await rejection((async () => find())())).to.have.property('code', 'CORRUPT_IMAGE');
    expect([calls, told]).to.deep.equal([[], []]);
  });

  it('tells the primary of an image while native code has it, and only then', async () => {
    for (const isStarted of [true, false]) {
      const { find, native, calls, told } = fakeService();
      const found = find().catch(() => undefined);
      if (isStarted) calls[0]?.[1].onStart?.();
      const what = { image: sha256(image), requestKey: '/v1/faces {"minFaceSize":40}' };
      const searching = { type: 'searching', ...what };
      expect(told).to.deep.equal(isStarted ? [searching] : []);
      native.reject(new Error('damaged'));
      await found;
      expect(told).to.deep.equal(isStarted ? [searching, { type: 'searched', ...what, isComplete: false }] : []);
    }
  });

  it('refuses an image in quarantine, by its bytes', async () => {
    const { find, calls, watch } = fakeService();
    watch.refuse([sha256(image)]);
    expect(await rejection((async () => find())())).to.have.property('code', 'IMAGE_QUARANTINED');
    expect(calls).to.deep.equal([]);
    watch.refuse([sha256(Buffer.from('another image'))]);
    void find();
    expect(calls).to.have.length(1);
  });

  it('gives what the detector finds, with the options of the request', async () => {
    const { find, native, calls, searched, isHeld } = fakeService();
    const found = find();
    expect(isHeld()).to.equal(true);
    native.resolve(detection);
    expect(await found).to.equal(detection);
    await tick();
    const [[bytes, { signal, onStart, costMs, ...options } = {}] = []] = calls;
    expect(bytes).to.equal(image);
    expect(options).to.deep.equal({ minFaceSize: 40 });
    expect(searched).to.deep.equal([detection]);
    expect(isHeld()).to.equal(false);
    expect(clock.pending).to.equal(0);
    await clock.advance(10_000);
    expect(signal?.aborted).to.equal(false);
  });

  it('rejects as the detector does', async () => {
    const { find, native, searched, isHeld } = fakeService();
    const found = find();
    const reason = new Error('corrupt');
    native.reject(reason);
    expect(await rejection(found)).to.equal(reason);
    await tick();
    expect([searched.length, isHeld(), clock.pending]).to.deep.equal([0, false, 0]);
  });

  const ends: [why: string, code: string, end: (client: AbortController) => Promise<void>][] = [
    ['the deadline', 'DEADLINE', () => clock.advance(2000)],
    [
      'a client that has gone',
      'ABORTED',
      async (client) => client.abort(new RequestError('ABORTED', 'the client closed the connection')),
    ],
  ];
  for (const [why, code, end] of ends) {
    it(`${why} stops the native run and rejects at once; the seat stays taken until that has ended`, async () => {
      const { find, native, calls, client, isHeld, searched } = fakeService();
      const failed = rejection(find());
      await clock.advance(1999);
      expect(calls[0]?.[1].signal?.aborted).to.equal(false);
      await end(client);
      const error = await failed; // while the detector's promise is pending
      expect(error).to.be.instanceOf(RequestError).with.property('code', code);
      expect(calls[0]?.[1].signal?.reason).to.equal(error);
      expect(isHeld()).to.equal(true);
      native.reject(error);
      await tick();
      expect([isHeld(), clock.pending, searched.length]).to.deep.equal([false, 0, 0]);
    });
  }

  it('of a client that has gone before rejects as well', async () => {
    const { find, native, client, isHeld } = fakeService();
    const reason = new RequestError('ABORTED', 'gone');
    client.abort(reason);
    expect(await rejection(find())).to.equal(reason);
    expect(isHeld()).to.equal(true);
    native.reject(reason);
    await tick();
    expect(isHeld()).to.equal(false);
  });
});

describe('disconnectSignal', () => {
  it('aborts where the connection closes before the answer is out, and only there', () => {
    for (const writableFinished of [false, true]) {
      const response = Object.assign(new EventEmitter(), { writableFinished });
      const signal = disconnectSignal(response as unknown as ServerResponse);
      expect(signal.aborted).to.equal(false);
      response.emit('close');
      expect(signal.aborted).to.equal(!writableFinished);
      if (signal.aborted) expect(signal.reason).to.have.property('code', 'ABORTED');
    }
  });
});

describe('serverTiming', () => {
  it('names the stages with their milliseconds', () => {
    expect(serverTiming({ queue: 0, decode: 1.23456, pnet: 20, total: 21.5 })).to.equal(
      'queue;dur=0.00, decode;dur=1.23, pnet;dur=20.00, total;dur=21.50',
    );
  });
});
