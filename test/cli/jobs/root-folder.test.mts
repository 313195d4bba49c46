import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { pathBelow, readBelow } from '#dist/cli/jobs/root-folder.js';
import { rejection, thrown } from '../../fixtures/rejection.mjs';

describe('the root of the workers', () => {
  let folder: string;
  let root: string;
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'faces-')));
    root = path.join(folder, 'root');
    mkdirSync(path.join(root, 'sub'), { recursive: true });
    mkdirSync(path.join(folder, 'root-other'));
    writeFileSync(path.join(root, 'sub', 'a'), 'inside');
    writeFileSync(path.join(folder, 'secret'), 'outside');
    writeFileSync(path.join(folder, 'root-other', 'a'), 'outside');
    symlinkSync('sub/a', path.join(root, 'link'));
    symlinkSync('../secret', path.join(root, 'way-out'));
    symlinkSync('..', path.join(root, 'parent'));
    symlinkSync('nothing', path.join(root, 'dangling'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const { signal } = new AbortController();
  const read = (name: string) => readBelow(root, name, 1000, signal);

  it('gives files below it, by links within it as well', async () => {
    for (const name of ['sub/a', './sub/../sub/a', 'link', path.join(root, 'sub/a')])
      expect((await read(name)).toString(), name).to.equal('inside');
  });

  for (const name of [
    '../secret',
    'sub/../../secret',
    '/etc/hostname',
    'way-out',
    'parent/secret',
    '../root-other/a',
    '.',
    '..',
  ])
    it(`gives nothing for ${name}`, async () => {
      expect(await rejection(read(name))).to.have.property('code', 'OUTSIDE_ROOT');
    });

  it('gives no folder, device or pipe, which may have no end', async () => {
    expect(await rejection(read('sub'))).to.have.property('code', 'NOT_A_FILE');
    expect(await rejection(readBelow('/dev', 'zero', 1000, signal))).to.have.property('code', 'NOT_A_FILE');
  });

  it('says by the code of the file system what is not there', async () => {
    for (const name of ['none', 'dangling']) {
      // The message had the root's absolute path, for whoever may look into the queue.
      const { code, message } = await rejection(read(name));
      expect([code, message]).to.deep.equal(['ENOENT', `ENOENT: no such file or directory: ${name}`]);
    }
    const { code, message } = await rejection(read('a'.repeat(300)));
    expect([code, message]).to.deep.equal(['ENAMETOOLONG', `ENAMETOOLONG: name too long: ${'a'.repeat(300)}`]);
    expect(await rejection(read('sub/a/b'))).to.have.property('code', 'ENOTDIR');
  });

  it('gives nothing larger than is allowed', async () => {
    expect(await readBelow(root, 'sub/a', 6, signal)).to.have.length(6);
    expect(await rejection(readBelow(root, 'sub/a', 5, signal))).to.have.property('code', 'FILE_TOO_LARGE');
  });

  it('may be / itself', async () => {
    expect((await readBelow('/', path.join(root, 'sub/a').slice(1), 1000, signal)).toString()).to.equal('inside');
  });

  it('makes paths relative without looking at files', () => {
    expect(pathBelow('/photos', '/photos/2024/a.jpg')).to.equal('2024/a.jpg');
    expect(pathBelow('/photos', 'b.jpg')).to.equal('b.jpg');
    expect(thrown(() => pathBelow('/photos', '/photos2/a.jpg'))).to.have.property('code', 'OUTSIDE_ROOT');
  });
});
