import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { fileInTarball } from '#dist/library/weights/tarball.js';
import { tarball } from '../../fixtures/published-weights.mjs';

describe('a file in a tarball', () => {
  const files = { 'package.json': Buffer.from('{}'), 'a/b.bin': Buffer.alloc(512, 1), 'a/c.bin': Buffer.alloc(513, 2) };
  const tgz = tarball(files);
  const limit = 100_000;

  it('is found whatever stands before it, and only by its whole name', () => {
    for (const [name, content] of Object.entries(files))
      expect(Buffer.compare(fileInTarball(tgz, `package/${name}`, limit) ?? Buffer.alloc(0), content), name).to.equal(
        0,
      );
    for (const name of ['c.bin', 'package/a', 'package/a/c.bi'])
      expect(fileInTarball(tgz, name, limit), name).to.equal(undefined);
  });

  it('is none where the archive is nonsense, and an error where it is cut short or too large', () => {
    expect(fileInTarball(gzipSync(Buffer.alloc(5000, 'x')), 'package/a/b.bin', limit)).to.equal(undefined);
    expect(() => fileInTarball(tgz.subarray(0, -20), 'package/a/b.bin', limit)).to.throw('unexpected end of file');
    expect(() => fileInTarball(tgz, 'package/a/b.bin', 1000)).to.throw(RangeError, 'larger than 1000');
  });
});
