import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import { needCores, needWeights, root } from '../fixtures/available.mjs';

/** Runs a short soak; what it prints before the summary, and the summary. */
function soak(environment = {}) {
  const command = [path.join(root, 'tools', 'soak', 'soak.mjs'), '--requests', '120', '--seed', '7'];
  const env = { ...process.env, ...environment };
  const { status, stdout } = spawnSync(process.execPath, command, { env, encoding: 'utf8', timeout: 600_000 });
  const summary = JSON.parse(stdout.slice(stdout.indexOf('\n{') + 1)) as { requests: number; failures: string[] };
  return { status, ...summary };
}

describe('npm run soak', () => {
  it('passes, in a short run', function () {
    needWeights(this);
    needCores(this, 2);
    this.timeout(600_000);
    const { status, failures, requests } = soak({ MODELS: 'mtcnn,haar' });
    expect({ status, failures, requests }).to.deep.equal({ status: 0, failures: [], requests: 120 });
  });

  it('fails where answers are lost and descriptors leak', function () {
    needWeights(this);
    needCores(this, 2);
    this.timeout(600_000);
    const { status, failures } = soak({
      NODE_OPTIONS: `--require ${path.join(root, 'test', 'fixtures', 'failing-worker.cjs')}`,
    });
    expect(status).to.equal(1);
    expect(failures.filter((failure) => / lost: /.test(failure))).to.not.be.empty;
    expect(failures.filter((failure) => /^more of file: /.test(failure))).to.have.length(1);
  });
});
