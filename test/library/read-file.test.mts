import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { readWhole } from '#dist/library/read-file.js';
import { skip } from '../fixtures/available.mjs';
import { rejection } from '../fixtures/rejection.mjs';

describe('reading a whole file', () => {
  let folder: string;
  let pipe: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'faces-'));
    pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
  });
  after(() => rm(folder, { recursive: true }));

  it("gives a file's bytes, however many", async () => {
    for (const size of [0, 1, 5_000_000]) {
      const file = path.join(folder, 'file');
      await writeFile(file, Buffer.alloc(size, 'ab'));
      expect((await readWhole(file)).equals(await readFile(file))).to.equal(true);
    }
  });

  it("rejects with the file system's errors, also those of reading", async function () {
    expect(await rejection(readWhole(path.join(folder, 'none')))).to.have.property('code', 'ENOENT');
    expect(await rejection(readWhole(folder))).to.have.property('code', 'EISDIR');
    if (!existsSync('/proc/self/mem')) skip(this, 'there is no file here whose reading fails');
    expect(await rejection(readWhole('/proc/self/mem'))).to.have.property('code', 'EIO');
  });

  it('gives what is written to a FIFO, before or after it is opened here', async () => {
    const bytes = Buffer.alloc(300_000, 'abc');
    const early = writeFile(pipe, bytes);
    expect((await readWhole(pipe)).equals(bytes)).to.equal(true);
    await early;
    const late = readWhole(pipe);
    await sleep(50);
    await writeFile(pipe, bytes);
    expect((await late).equals(bytes)).to.equal(true);
  });

  // Each held a thread of Node's pool: no abort ended it, four of them stopped all reading of files, and the process never exited.
  it('holds up nothing by FIFOs that nobody writes to, and ends by either signal', async () => {
    const [call, closing] = [new AbortController(), new AbortController()];
    const aborted = Array.from({ length: 6 }, () => rejection(readWhole(pipe, call.signal, closing.signal)));
    const closed = Array.from({ length: 6 }, () => rejection(readWhole(pipe, undefined, closing.signal)));
    await stat(folder);
    call.abort(new Error('enough'));
    for (const error of await Promise.all(aborted)) expect(error.message).to.equal('enough');
    closing.abort(new Error('closed'));
    for (const error of await Promise.all(closed)) expect(error.message).to.equal('closed');
    expect((await rejection(readWhole(pipe, call.signal))).message).to.equal('enough');
    expect((await rejection(readWhole(pipe, undefined, closing.signal))).message).to.equal('closed');
  });
});
