import { expect } from 'chai';
import type { DetectCallOptions } from '#dist/library/detect-options.js';
import type { Detection } from '#dist/library/detection.js';
import { Slots } from '#dist/library/slots.js';
import { readConfig } from '#dist/service/config.js';
import { Admission } from '#dist/service/http/admission.js';
import { frameSearcher } from '#dist/service/http/films/frame-searcher.js';
import { SearchWatch } from '#dist/service/http/search-watch.js';
import type { Service } from '#dist/service/http/service.js';
import type { WorkerMessage } from '#dist/service/worker-messages.js';
import { rejection } from '../../../fixtures/rejection.mjs';

const detection = { faces: [], timings: { total: 1 } } as unknown as Detection;
const frame = { data: Buffer.alloc(12), width: 2, height: 2, channels: 3, order: 'bgr' } as const;

/** A worker with one slot, whose searches end when told to. */
function worker(settings: NodeJS.ProcessEnv = {}) {
  const config = readConfig(settings);
  const slots = new Slots(1);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const told: WorkerMessage[] = [];
  const search = (name: string, { signal, costMs, onStart }: DetectCallOptions) =>
    slots.run(
      () =>
        new Promise<Detection>((resolve) => {
          onStart?.();
          begun.push(name);
          ends.push(() => resolve(detection));
        }),
      signal,
      costMs,
    );
  const counted: Detection[] = [];
  const watch = new SearchWatch((message) => void told.push(message));
  const admission = new Admission(config, () => slots.activity.running);
  const service = {
    config,
    admission,
    watch,
    metrics: { searched: (one: Detection) => void counted.push(one) },
    detector: { model: 'mtcnn', detect: (_: unknown, options: DetectCallOptions) => search('frame', options) },
  } as unknown as Service;
  const over = new AbortController();
  const film = { sha256: 'a'.repeat(64), client: '10.0.0.1', requestKey: 'k', signal: over.signal };
  const searcher = frameSearcher(service, film);
  return { admission, begun, ends, told, counted, over, watch, search, searcher };
}

const turns = async () => {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('the frames of a film', () => {
  it('let pictures that come later go first', async () => {
    const { begun, ends, search, searcher } = worker();
    void search('running', { costMs: 10 });
    const found = searcher.detect(frame);
    const pictures = ['a', 'b', 'c'].map((name) => search(name, { costMs: 40 }));
    for (let i = 0; i < 5; i++) {
      await turns();
      ends[i]?.();
    }
    await Promise.all([found, ...pictures]);
    expect(begun).to.deep.equal(['running', 'a', 'b', 'c', 'frame']);
  });

  it('wait for a seat, and count as pictures do', async () => {
    const { admission, begun, ends, counted, searcher } = worker({ QUEUE_LIMIT: '1', CLIENT_SHARE: '1' });
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    void admission.withSeat('10.0.0.2', () => left);
    const found = searcher.detect(frame);
    await turns();
    expect(begun).to.deep.equal([]);
    leave();
    await turns();
    expect(begun).to.deep.equal(['frame']);
    ends[0]?.();
    await found;
    expect(counted).to.deep.equal([detection]);
    await turns();
    expect(admission.depth).to.equal(0);
  });

  it('are no longer searched when the film is over', async () => {
    const { over, search, searcher, begun } = worker();
    void search('running', {});
    const found = rejection(searcher.detect(frame));
    await turns();
    over.abort(new Error('gone'));
    expect(await found).to.have.property('message', 'gone');
    expect(begun).to.deep.equal(['running']);
  });

  it('are reported by the hash of their film, and refused where it has taken workers down', async () => {
    const { told, ends, searcher, watch } = worker();
    for (const i of [0, 1]) {
      const found = searcher.detect(frame);
      await turns();
      ends[i]?.();
      await found;
    }
    await turns();
    const image = 'a'.repeat(64);
    const search = (requestKey: string) => [
      { type: 'searching', image, requestKey },
      { type: 'searched', image, requestKey, isComplete: true },
    ];
    expect(told).to.deep.equal([...search('k 0'), ...search('k 1')]);
    watch.refuse([image]);
    expect(await rejection(searcher.detect(frame))).to.have.property('code', 'IMAGE_QUARANTINED');
  });
});
