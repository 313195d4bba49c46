import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root } from '../fixtures/available.mjs';

interface Service {
  origin: string;
  workers: number[];
  pids: number[];
  metric(name: string): Promise<number>;
  stop(): Promise<number | null>;
}
const lib = (name: string) => import(path.join(root, 'tools', 'lib', name));
const { startService } = (await lib('service.mjs')) as {
  startService(environment: object, settings?: object): Promise<Service>;
};
const { until } = (await lib('until.mjs')) as { until(isTrue: () => unknown): Promise<number> };

describe('the service that tools start', () => {
  before(function () {
    needWeights(this);
  });

  // On a port that it had chosen itself, the successor of its only worker came to listen on another one.
  it('is where it was after all of its workers were lost', async () => {
    const service = await startService({ WORKERS: '1' });
    const [pid] = service.workers;
    process.kill(pid as number, 'SIGKILL');
    await until(() => service.workers.some((other) => other !== pid));
    await until(async () => (await service.metric('face_detector_ready_workers')) === 1);
    const { status } = await fetch(`${service.origin}/healthz`);
    expect(status).to.equal(200);
    expect(await service.stop()).to.equal(0);
  });

  it('is refused with what it has written where it does not start', async () => {
    const refused = startService({ WORKERS: 'many' }, { onLine: () => undefined });
    const reason = await refused.then(
      () => '',
      (error: Error) => error.message,
    );
    expect(reason).to.match(/^the service ended with \d+: .*WORKERS/s);
  });
});
