import { expect } from 'chai';
import { LogOutput, type Write } from '#dist/service/log-output.js';
import { eventually } from '../fixtures/http.mjs';

const failure = (code: string) => Object.assign(new Error(code), { code });

describe('LogOutput', () => {
  let taken: Buffer;
  let losses: string[];
  /** What becomes of the next writes: how many bytes are taken, or the code of an error; all bytes after the last. */
  let fates: (number | string)[];
  let write: Write;
  let output: LogOutput;

  beforeEach(() => {
    taken = Buffer.alloc(0);
    losses = [];
    fates = [];
    write = async (bytes) => {
      const fate = fates.shift() ?? bytes.byteLength;
      if (typeof fate === 'string') throw failure(fate);
      taken = Buffer.concat([taken, bytes.subarray(0, fate)]);
      return Math.min(fate, bytes.byteLength);
    };
    output = new LogOutput(
      (lost, reason) => losses.push(`${lost} ${reason}`),
      (bytes) => write(bytes),
    );
  });

  const written = () => taken.toString();
  const has = (text: string) => eventually(JSON.stringify(text), () => written() === text);

  it('writes lines in their order, in however many pieces they are taken', async () => {
    fates = [2, 1, 7, 'EAGAIN', 3];
    for (const line of ['one é\n', 'two\n', 'three\n']) output.write(line);
    await has('one é\ntwo\nthree\n');
    expect(losses).to.deep.equal([]);
  });

  // pino's own destination ended the process with the error, and tried for ever to write the line meanwhile.
  it('loses lines where the disk is full, tells how many when it no longer is, and starts a line of its own', async () => {
    fates = ['ENOSPC', 3, 'ENOSPC'];
    output.write('one\n');
    await eventually('one is lost', () => fates.length === 2);
    output.write('two\n');
    await eventually('a part of two is written', () => fates.length === 0);
    expect([written(), losses]).to.deep.equal(['two', []]);
    output.write('three\n');
    await has('two\nthree\n');
    expect(losses).to.deep.equal(['2 ENOSPC']);
    output.write('four\n');
    await has('two\nthree\nfour\n');
    expect(losses).to.deep.equal(['2 ENOSPC']);
  });

  it('keeps a megabyte while nobody reads, loses the rest, and goes on when someone does', async () => {
    let read: () => void = () => undefined;
    const isRead = new Promise<void>((resolve) => {
      read = resolve;
    });
    const writeAtOnce = write;
    write = async (bytes) => {
      await isRead;
      return writeAtOnce(bytes);
    };
    const line = `${'x'.repeat(1023)}\n`;
    for (let i = 0; i < 1100; i++) output.write(line);
    read();
    await eventually('read', () => taken.length === 2 ** 20);
    expect(losses).to.deep.equal(['76 it was not read']);
    output.write('after\n');
    await eventually('after', () => written().endsWith('after\n'));
  });

  // Longer pieces are no single ones to a pipe: lines of two workers stood within each other when its reader was slow.
  it('writes whole lines in pieces that a pipe takes at once', async () => {
    const pieces: string[] = [];
    const writeAtOnce = write;
    write = (bytes) => {
      pieces.push(bytes.toString());
      return writeAtOnce(bytes);
    };
    const line = `${'é'.repeat(150)}\n`;
    const long = `${'x'.repeat(5000)}\n`;
    for (let i = 0; i < 100; i++) output.write(line);
    output.write(long);
    output.write('last\n');
    await has(`${line.repeat(100)}${long}last\n`);
    expect(pieces.every((piece) => piece.endsWith('\n'))).to.equal(true);
    expect(pieces.filter((piece) => Buffer.byteLength(piece) > 4096)).to.deep.equal([long]);
    expect(pieces.length).to.be.below(20);
  });

  it('gives what has not been taken by a full pipe, at the end of the process', async () => {
    fates = [4, 'EAGAIN', 'EAGAIN', 'EAGAIN'];
    for (const one of ['one and a half\n', 'two\n']) output.write(one);
    await eventually('it is full', () => fates.length <= 2);
    expect(written() + output.takeUnwritten()).to.equal('one and a half\ntwo\n');
  });

  it('gives what still waits at the end of the process', async () => {
    write = () => new Promise(() => undefined);
    for (const line of ['on its way\n', 'one\n', 'two\n']) output.write(line);
    expect(output.takeUnwritten()).to.equal('one\ntwo\n');
    expect(output.takeUnwritten()).to.equal('');
  });
});
