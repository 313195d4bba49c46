import { expect } from 'chai';
import type { Detection } from '#dist/library/detection.js';
import { WorkerMetrics } from '#dist/service/http/worker-metrics.js';
import type { Snapshot } from '#dist/service/worker-messages.js';

interface Value {
  value: number;
  labels: Record<string, unknown>;
  metricName?: string;
}

/** Values of a metric as `name{labels}` with their numbers. */
function valuesOf(snapshot: Snapshot, name: string): Record<string, number> {
  const { values } = (snapshot.find((metric) => metric.name === name) ?? {}) as unknown as { values?: Value[] };
  return Object.fromEntries(
    (values ?? []).map(({ value, labels, metricName = name }) => [
      [metricName.slice(name.length), ...Object.values(labels)].filter((part) => part !== '').join(' '),
      value,
    ]),
  );
}

const detection = (count: number) =>
  ({
    model: 'mtcnn',
    faces: Array(count).fill({}),
    timings: { queue: 20, decode: 4, pnet: 40, total: 70 },
  }) as unknown as Detection;

describe('metrics of a worker', () => {
  it('count requests by route, method, status and code, and time them by route', async () => {
    const metrics = new WorkerMetrics(
      () => 0,
      () => 0,
      ['mtcnn'],
    );
    const good = { route: '/face', method: 'POST', status: 200, code: 'OK' };
    metrics.answered({ ...good, seconds: 0.02 });
    metrics.answered({ ...good, seconds: 0.2 });
    metrics.answered({ ...good, status: 503, code: 'OVERLOADED', seconds: 0.001 });
    const snapshot = await metrics.snapshot();
    expect(valuesOf(snapshot, 'face_detector_requests_total')).to.deep.equal({
      '/face POST 200 OK': 2,
      '/face POST 503 OVERLOADED': 1,
    });
    expect(valuesOf(snapshot, 'face_detector_request_duration_seconds')).to.include({
      '_count /face': 3,
      '_bucket 0.001 /face': 1,
      '_bucket 0.025 /face': 2,
      '_bucket 0.25 /face': 3,
    });
  });

  it('count streams that are open and their frames, but do not time them', async () => {
    const metrics = new WorkerMetrics(
      () => 0,
      () => 0,
      ['mtcnn'],
    );
    metrics.streams(1);
    metrics.streams(1);
    metrics.streams(-1);
    metrics.frame('answered');
    metrics.frame('dropped');
    metrics.frame('dropped');
    metrics.answered({ route: '/v1/stream', method: 'GET', status: 101, code: 'OK', seconds: 3600 });
    const snapshot = await metrics.snapshot();
    expect(valuesOf(snapshot, 'face_detector_streams_open')).to.deep.equal({ '': 1 });
    expect(valuesOf(snapshot, 'face_detector_stream_frames_total')).to.deep.equal({ answered: 1, dropped: 2 });
    expect(valuesOf(snapshot, 'face_detector_requests_total')).to.deep.equal({ '/v1/stream GET 101 OK': 1 });
    expect(valuesOf(snapshot, 'face_detector_request_duration_seconds')).to.deep.equal({});
  });

  it('count faces and time every stage, in seconds', async () => {
    const metrics = new WorkerMetrics(
      () => 0,
      () => 0,
      ['mtcnn'],
    );
    expect(valuesOf(await metrics.snapshot(), 'face_detector_faces_total')).to.deep.equal({ mtcnn: 0 });
    metrics.searched(detection(3));
    metrics.searched(detection(0));
    const snapshot = await metrics.snapshot();
    expect(valuesOf(snapshot, 'face_detector_faces_total')).to.deep.equal({ mtcnn: 3 });
    const stages = valuesOf(snapshot, 'face_detector_stage_duration_seconds');
    for (const [stage, seconds] of Object.entries({ queue: 0.04, decode: 0.008, pnet: 0.08, total: 0.14 })) {
      expect(stages[`_count mtcnn ${stage}`], stage).to.equal(2);
      expect(stages[`_sum mtcnn ${stage}`], stage).to.be.closeTo(seconds, 1e-9);
    }
  });

  it('ask for depth and jobs when the snapshot is taken', async () => {
    let depth = 3;
    const metrics = new WorkerMetrics(
      () => depth,
      () => 2,
      ['mtcnn'],
    );
    expect(valuesOf(await metrics.snapshot(), 'face_detector_queue_depth')).to.deep.equal({ '': 3 });
    depth = 1;
    const snapshot = await metrics.snapshot();
    expect(valuesOf(snapshot, 'face_detector_queue_depth')).to.deep.equal({ '': 1 });
    expect(valuesOf(snapshot, 'face_detector_jobs_in_flight')).to.deep.equal({ '': 2 });
  });

  it('tell of memory and of the delay of the event loop', async () => {
    const metrics = new WorkerMetrics(
      () => 0,
      () => 0,
      ['mtcnn'],
    );
    const names = (await metrics.snapshot()).map(({ name }) => name);
    expect(names).to.include.members(['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']);
  });
});
