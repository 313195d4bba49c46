import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { lockOutput } from '#dist/cli/detect/output-lock.js';
import { UsageError } from '#dist/cli/usage-error.js';

describe('the lock of a results file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    file = path.join(folder, 'results.ndjson');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const there = () => readdirSync(folder).sort();

  /** A process that takes the lock, then waits to be killed. */
  async function other(): Promise<{ pid: number; kill(): Promise<void> }> {
    const script = `
      const { lockOutput } = require(${JSON.stringify(module_)});
      lockOutput(${JSON.stringify(file)});
      console.log('locked');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return {
      pid: child.pid ?? 0,
      async kill() {
        child.kill('SIGKILL');
        await once(child, 'exit');
      },
    };
  }
  const module_ = path.join(import.meta.dirname, '..', '..', '..', '..', 'dist', 'cli', 'detect', 'output-lock.js');
  const refusal = () => {
    try {
      lockOutput(file)();
      return 'taken';
    } catch (error) {
      expect(error).to.be.instanceOf(UsageError);
      return (error as Error).message;
    }
  };

  it('is there until it is released', () => {
    const unlock = lockOutput(file);
    expect(there()).to.deep.equal(['results.ndjson.lock']);
    unlock();
    expect(there()).to.deep.equal([]);
  });

  // Both went on with the same file, and wrote every image twice.
  it('keeps another process out, by whatever path, and goes with it', async () => {
    const process = await other();
    const message = `process ${process.pid} is writing to ${file}: wait for its end (if it has ended, remove ${file}.lock*)`;
    expect(refusal()).to.equal(message);
    writeFileSync(file, '');
    symlinkSync(file, path.join(folder, 'link'));
    const whole = file;
    file = path.join(folder, 'link');
    expect(refusal()).to.match(new RegExp(`^process ${process.pid} is writing to `));
    file = whole;
    await process.kill();
    expect(there()).to.include('results.ndjson.lock');
    expect(refusal()).to.equal('taken');
    expect(there()).to.deep.equal(['link', 'results.ndjson']);
  });

  it('of another machine, or half written, counts for as long as it is renewed', () => {
    const age = (seconds: number) => {
      const then = Date.now() / 1000 - seconds;
      utimesSync(`${file}.lock`, then, then);
    };
    for (const [text, who] of [
      [JSON.stringify({ pid: 7, place: 'elsewhere pid:[1]' }), 'process 7 on elsewhere'],
      ['', 'process 0 on another machine'],
      ['{"pid":', 'process 0 on another machine'],
    ] as const) {
      writeFileSync(`${file}.lock`, text);
      age(50);
      expect(refusal()).to.match(new RegExp(`^${who} is writing to `));
      age(70);
      expect(refusal()).to.equal('taken');
      expect(there()).to.deep.equal([]);
    }
  });

  it('is taken over by one process only', () => {
    writeFileSync(`${file}.lock`, JSON.stringify({ pid: 7, place: 'elsewhere' }));
    utimesSync(`${file}.lock`, 1, 1);
    writeFileSync(`${file}.lock.claim`, '');
    expect(refusal()).to.match(/^another process is writing to /);
    rmSync(`${file}.lock.claim`);
    expect(refusal()).to.equal('taken');
  });

  it('is none where there is no file: a device, a folder', () => {
    lockOutput('/dev/null')();
    mkdirSync(file);
    lockOutput(file)();
    expect(there()).to.deep.equal(['results.ndjson']);
  });
});
