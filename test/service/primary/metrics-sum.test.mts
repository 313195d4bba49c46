import { expect } from 'chai';
import { WorkerMetrics } from '#dist/service/http/worker-metrics.js';
import { MetricsSum } from '#dist/service/primary/metrics-sum.js';

/** A worker that has answered so many requests of 0.2 s each, and has as many waiting. */
async function snapshotOf(requests: number) {
  const metrics = new WorkerMetrics(
    () => requests,
    () => 0,
    ['mtcnn'],
  );
  for (let i = 0; i < requests; i++) {
    metrics.answered({ route: '/face', method: 'POST', status: 200, code: 'OK', seconds: 0.2 });
  }
  return metrics.snapshot();
}

/** The value of a series in the text; undefined where it is not there. Fails where it is there twice. */
function valueIn(text: string, series: string): number | undefined {
  const found = text.split('\n').filter((line) => line.startsWith(`${series} `));
  expect(found.length, series).to.be.at.most(1);
  return found[0] === undefined ? undefined : Number(found[0].slice(series.length + 1));
}

const requests = 'face_detector_requests_total{route="/face",method="POST",status="200",code="OK"}';
const timed = 'face_detector_request_duration_seconds_count{route="/face"}';
const bucket = 'face_detector_request_duration_seconds_bucket{le="0.25",route="/face"}';
const depth = 'face_detector_queue_depth';
const all = [requests, timed, bucket, depth];

async function valuesOf(sum: MetricsSum): Promise<(number | undefined)[]> {
  const text = await sum.text();
  return all.map((series) => valueIn(text, series));
}

describe('metrics of all workers', () => {
  let sum: MetricsSum;
  beforeEach(() => {
    sum = new MetricsSum(() => 2);
  });

  it('are the sum of the last snapshot of each', async () => {
    sum.update(1, await snapshotOf(2));
    sum.update(2, await snapshotOf(3));
    expect(await valuesOf(sum)).to.deep.equal([5, 5, 5, 5]);
    sum.update(1, await snapshotOf(4));
    expect(await valuesOf(sum)).to.deep.equal([7, 7, 7, 7]);
  });

  it('keep counters and histograms of a worker that has ended, and drop its gauges', async () => {
    sum.update(1, await snapshotOf(2));
    sum.update(2, await snapshotOf(3));
    await sum.retire(1);
    expect(await valuesOf(sum)).to.deep.equal([5, 5, 5, 3]);
    sum.update(3, await snapshotOf(4));
    expect(await valuesOf(sum)).to.deep.equal([9, 9, 9, 7]);
    await sum.retire(3);
    await sum.retire(2);
    expect(await valuesOf(sum)).to.deep.equal([9, 9, 9, undefined]);
  });

  it('do not count a worker twice that is retired twice, or at all that never told anything', async () => {
    sum.update(1, await snapshotOf(2));
    await Promise.all([sum.retire(1), sum.retire(1), sum.retire(7)]);
    await sum.retire(1);
    expect(await valuesOf(sum)).to.deep.equal([2, 2, 2, undefined]);
  });

  it('never fall, also while several workers end at once', async () => {
    for (let worker = 1; worker <= 5; worker++) sum.update(worker, await snapshotOf(worker));
    const scrapes: Promise<(number | undefined)[]>[] = [];
    const retiring = [1, 2, 3, 4, 5].map(async (worker) => {
      for (let later = 1; later < worker; later++) await Promise.resolve();
      const retired = sum.retire(worker);
      scrapes.push(
        valuesOf(sum),
        retired.then(() => valuesOf(sum)),
      );
      return retired;
    });
    await Promise.all(retiring);
    scrapes.push(valuesOf(sum));
    for (const values of await Promise.all(scrapes)) expect(values.slice(0, 3)).to.deep.equal([15, 15, 15]);
  });

  it('tell of workers that are ready and, by reason, of those replaced', async () => {
    const restarts = async () => {
      const text = await sum.text();
      return ['died', 'hung', 'reload'].map((why) =>
        valueIn(text, `face_detector_worker_restarts_total{reason="${why}"}`),
      );
    };
    expect(await restarts()).to.deep.equal([0, 0, 0]);
    sum.restarted('died');
    sum.restarted('died');
    sum.restarted('hung');
    expect(await restarts()).to.deep.equal([2, 1, 0]);
    expect(valueIn(await sum.text(), 'face_detector_ready_workers')).to.equal(2);
  });

  it('are a text that Prometheus reads: every family once, lines that end', async () => {
    sum.update(1, await snapshotOf(1));
    sum.update(2, await snapshotOf(1));
    await sum.retire(1);
    const text = await sum.text();
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(families).to.have.length(new Set(families).size);
    expect(families).to.include.members(['face_detector_ready_workers', 'process_cpu_seconds_total']);
    expect(text).to.match(/\n$/);
    for (const line of text.trim().split('\n')) expect(line).to.match(/^(#|[a-z_]\w*(\{.*\})? ([\d.e+-]+|nan)$|$)/i);
    expect(sum.contentType).to.match(/^text\/plain; version=0\.0\.4/);
  });
});
