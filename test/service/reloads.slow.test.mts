import { expect } from 'chai';
import { needCores, needWeights } from '../fixtures/available.mjs';
import { connectAndAsk, eventually } from '../fixtures/http.mjs';
import { logLines, type Service, startService } from '../fixtures/service.mjs';

// A loaded machine may take its time; what does not come within this does not come.
const patience = 100;

describe('the workers', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    needCores(this, 2);
    service = await startService({ WORKERS: '2', HANG_TIMEOUT_MS: '5000' });
  });
  after(() => service?.stop());

  // Connections were lost that the primary had sent to a worker just as it ended: one or two in six reloads, at this rate.
  it('SIGHUP again and again loses no connection', async () => {
    const outcomes = new Map<unknown, number>();
    let isStopped = false;
    const client = async () => {
      while (!isStopped) {
        const outcome = await connectAndAsk(`${service.origin}/healthz`);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    };
    const clients = Array.from({ length: 16 }, client);
    try {
      for (let i = 0; i < 4; i++) {
        const before = logLines(service, 'workers restarted').length;
        service.process.kill('SIGHUP');
        await eventually('replaced', () => logLines(service, 'workers restarted').length > before, patience);
      }
    } finally {
      isStopped = true; // or they would keep this process from all that it tests next
    }
    await Promise.all(clients);
    expect([...outcomes.keys()]).to.deep.equal([200]);
  });
});
