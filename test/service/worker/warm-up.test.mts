import { expect } from 'chai';
import type { Detection } from '#dist/library/detection.js';
import type { FaceDetector } from '#dist/library/detector.js';
import { warmUp } from '#dist/service/worker/warm-up.js';
import { rejection } from '../../fixtures/rejection.mjs';

const models: FaceDetector['models'] = [{ name: 'mtcnn', engine: 'fused', engineReason: 'asked for' }];

type Box = [x: number, y: number, width: number, height: number];

/** A detector that finds these boxes on whatever it gets, and what it got. */
function finding(...boxes: Box[]) {
  const calls: Parameters<FaceDetector['detect']>[] = [];
  const faces = boxes.map(([x, y, width, height]) => ({ box: { x, y, width, height }, confidence: 1 }));
  return {
    calls,
    models,
    detect: async (...call: Parameters<FaceDetector['detect']>) => {
      calls.push(call);
      return { faces } as unknown as Detection;
    },
  };
}

describe('warm-up', () => {
  it('passes where the drawn face is found, which has really been searched', async () => {
    const detector = finding([45, 35, 70, 90]);
    await warmUp(detector);
    expect(detector.calls).to.have.length(1);
    expect(detector.calls[0]?.[0]).to.include({ width: 160, height: 160, channels: 3 });
  });

  // MAX_SIDE=12 and small MAX_PIXELS passed the check of the settings, and ended every worker.
  it("goes by limits of its own, not by the operator's", async () => {
    const detector = finding([45, 35, 70, 90]);
    await warmUp(detector);
    expect(detector.calls[0]?.[1]).to.include({ minFaceSize: 40, maxSide: 160, maxPixels: 25_600 });
  });

  it('searches with every model', async () => {
    const detector = finding([45, 35, 70, 90]);
    await warmUp({ ...detector, models: [models[0], { ...models[0], name: 'yunet' }] });
    expect(detector.calls.map(([, options]) => options?.model)).to.deep.equal(['mtcnn', 'yunet']);
  });

  it('rejects any other answer', async () => {
    const wrong: Box[][] = [
      [],
      [[0, 0, 40, 40]],
      [[85, 35, 70, 90]],
      [[45, 85, 70, 70]],
      [[0, 35, 75, 90]],
      [[45, 0, 70, 75]],
      [
        [45, 35, 70, 90],
        [0, 0, 20, 20],
      ],
    ];
    for (const boxes of wrong) {
      const { message } = await rejection(warmUp(finding(...boxes)));
      expect(message, JSON.stringify(boxes)).to.match(/^mtcnn is not right/);
    }
  });

  it('rejects as the detector does', async () => {
    const reason = new Error('no memory');
    expect(await rejection(warmUp({ models, detect: () => Promise.reject(reason) }))).to.equal(reason);
  });
});
