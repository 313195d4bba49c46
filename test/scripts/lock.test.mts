import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';

describe('the lock of the set-up', () => {
  let folder: string;
  let lock: string;
  let log: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    lock = path.join(folder, 'lock');
    log = path.join(folder, 'log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Processes that write `in`, wait and write `out` under the lock; answers what they wrote. */
  async function compete(count: number): Promise<string[]> {
    const script = `
      import { appendFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { withLock } from ${JSON.stringify(pathToFileURL(path.join(root, 'scripts', 'lock.mjs')).href)};
      await withLock(${JSON.stringify(lock)}, async () => {
        appendFileSync(${JSON.stringify(log)}, 'in ');
        await sleep(50);
        appendFileSync(${JSON.stringify(log)}, 'out ');
      });
    `;
    const ends = Array.from({ length: count }, () =>
      once(spawn(process.execPath, ['--input-type=module', '-e', script]), 'exit'),
    );
    for (const end of ends) expect((await end)[0]).to.equal(0);
    return readFileSync(log, 'utf8').trim().split(' ');
  }

  it('goes from a dead process to one of those who wait, and then from one to the next', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    symlinkSync(String(pid), lock);
    expect(await compete(4)).to.deep.equal(['in', 'out', 'in', 'out', 'in', 'out', 'in', 'out']);
    expect(readdirSync(folder)).to.deep.equal(['log']);
  });

  // It was waited for without end.
  it('is taken where an empty file stands in its place', async () => {
    writeFileSync(lock, '');
    expect(await compete(1)).to.deep.equal(['in', 'out']);
  });
});
