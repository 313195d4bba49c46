import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import sharp from 'sharp';
import { needWeights, skip } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { type Service, startService, workerPids } from '../fixtures/service.mjs';

describe('a worker that gets no more memory', () => {
  let service: Service;
  after(() => service?.stop());

  it('answers 503 OUT_OF_MEMORY to an image that does not fit, and others as ever', async function () {
    needWeights(this);
    if (spawnSync('prlimit', ['--version']).status !== 0) skip(this, 'prlimit is not installed');
    service = await startService({ WORKERS: '1' });
    const post = async (path: string, body: Buffer) => {
      const response = await fetch(service.origin + path, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'Content-Type': 'image/png' },
      });
      const json = (await response.json()) as { code?: string; faces?: unknown[] };
      return `${response.status} ${json.code ?? json.faces?.length}`;
    };
    expect(await post('/v1/faces', standardPng())).to.equal('200 4');
    const [pid = 0] = workerPids(service);
    const [, kilobytes] = /VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    const limit = (Number(kilobytes) + 90 * 1024) * 1024;
    expect(spawnSync('prlimit', ['--pid', String(pid), `--as=${limit}`]).status).to.equal(0);
    const large = await sharp({ create: { width: 8000, height: 6000, channels: 3, background: '#876' } }) // 144 MB
      .png()
      .toBuffer();
    for (const path of ['/v1/faces', '/v1/annotate', '/v1/redact', '/v1/crops'])
      expect(await post(path, large), path).to.equal('503 OUT_OF_MEMORY');
    expect(await post('/v1/faces', standardPng())).to.equal('200 4');
    expect(workerPids(service)).to.deep.equal([pid]);
    expect(await service.stop()).to.equal(0);
  });
});
