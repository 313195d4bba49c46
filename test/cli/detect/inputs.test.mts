import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { findInputs, type Input } from '#dist/cli/detect/inputs.js';
import { skip } from '../../fixtures/available.mjs';

const { signal } = new AbortController();

describe('the inputs of detect', () => {
  let folder: string;
  const at = (...parts: string[]) => path.join(folder, ...parts);
  const names = (inputs: Input[]) => inputs.map(({ name }) => path.relative(folder, name));
  const faultOf = async (input: Input | undefined) =>
    input?.read(signal).then(
      () => 'none',
      ({ code }: { code: string }) => code,
    );

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    for (const name of ['b', 'b/deep', '.hidden', 'empty', 'odd']) mkdirSync(at(name));
    for (const name of [
      'a.JPG',
      'b/2.png',
      'b/10.webp',
      'b/deep/x.tiff',
      'c.jpeg',
      'd.HEIC',
      'd.avif',
      'd.gif',
      'notes.txt',
      '.dot.jpg',
      '.hidden/h.jpg',
    ])
      writeFileSync(at(name), name);
    for (const name of ['odd/[1].jpg', 'odd/1.jpg', 'odd/say "cheese".jpg']) writeFileSync(at(name), name);
    symlinkSync('a.JPG', at('link.jpg'));
    symlinkSync('.', at('b', 'round.jpg'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are the images below a folder, in the order of their names', async () => {
    const inputs = await findInputs([folder], new Set());
    expect(names(inputs)).to.deep.equal([
      'a.JPG',
      'b/10.webp',
      'b/2.png',
      'b/deep/x.tiff',
      'c.jpeg',
      'd.HEIC',
      'd.avif',
      'd.gif',
      'link.jpg',
      'odd/1.jpg',
      'odd/[1].jpg',
      'odd/say "cheese".jpg',
    ]);
    expect(inputs.map(({ relative }) => relative)).to.deep.equal(names(inputs));
    expect(String(await inputs[1]?.read(signal))).to.equal('b/10.webp');
  });

  it('leave out the folders they are told to', async () => {
    expect(
      names(await findInputs([folder], new Set([await realpath(at('b')), await realpath(at('odd'))]))),
    ).to.deep.equal(['a.JPG', 'c.jpeg', 'd.HEIC', 'd.avif', 'd.gif', 'link.jpg']);
  });

  it('are what a glob matches, by any name, with what is below its fixed part', async () => {
    const inputs = await findInputs([at('b', '**/*.{png,tiff}'), at('*.txt')], new Set());
    expect(names(inputs)).to.deep.equal(['b/2.png', 'b/deep/x.tiff', 'notes.txt']);
    expect(inputs.map(({ relative }) => relative)).to.deep.equal(['2.png', 'deep/x.tiff', 'notes.txt']);
  });

  // Links to files were left out.
  it('are what a glob matches by links, but ** goes into no folder by one', async () => {
    const inputs = await findInputs([at('**/*.{jpg,JPG,tiff}')], new Set());
    expect(names(inputs)).to.include.members(['a.JPG', 'b/deep/x.tiff', 'link.jpg']);
    expect(names(inputs).filter((name) => name.includes('round.jpg/'))).to.deep.equal([]);
  });

  it('are files of the names given, also where these look like globs', async () => {
    const inputs = await findInputs([at('odd', '[1].jpg'), at('notes.txt')], new Set());
    expect(names(inputs)).to.deep.equal(['odd/[1].jpg', 'notes.txt']);
    expect(inputs.map(({ relative }) => relative)).to.deep.equal(['[1].jpg', 'notes.txt']);
  });

  it('come once each, where they were named first', async () => {
    const inputs = await findInputs(
      [at('c.jpeg'), at('*.jpeg'), `${folder}/b/../c.jpeg`, folder, at('a.JPG')],
      new Set(),
    );
    expect(names(inputs).filter((name) => /^[ac]\./.test(name))).to.deep.equal(['c.jpeg', 'a.JPG']);
  });

  it('say by a code what is not there', async () => {
    const [missing, none, empty] = await findInputs([at('nothing.jpg'), at('*.bmp'), at('empty')], new Set());
    expect(await faultOf(missing)).to.equal('ENOENT');
    expect(await faultOf(none)).to.equal('NO_IMAGES');
    expect(await faultOf(empty)).to.equal('NO_IMAGES');
  });

  // A pipe that nobody writes into kept the command for ever, and from ending by Ctrl-C.
  it('are no pipes where they are found, and pipes where they are named', async () => {
    mkdirSync(at('pipes'));
    expect(spawnSync('mkfifo', [at('pipes', 'a.jpg')]).status).to.equal(0);
    symlinkSync('a.jpg', at('pipes', 'link.jpg'));
    const [found, link, matched] = await findInputs([at('pipes'), at('pipe*/a.*')], new Set());
    for (const one of [found, link]) expect(await faultOf(one)).to.equal('NOT_A_FILE');
    expect(matched, 'the same').to.equal(undefined);
    const [byGlob] = await findInputs([at('pipe*/*.jpg')], new Set());
    expect(await faultOf(byGlob)).to.equal('NOT_A_FILE');
    const [named] = await findInputs([at('pipes', 'a.jpg')], new Set());
    const bytes = named?.read(signal);
    writeFileSync(at('pipes', 'a.jpg'), 'an image');
    expect(String(await bytes)).to.equal('an image');
  });

  it('name a folder that cannot be read, and go on', async function () {
    if (process.getuid?.() === 0) skip(this, 'root reads every folder');
    chmodSync(at('b', 'deep'), 0);
    try {
      const inputs = await findInputs([at('b')], new Set());
      expect(names(inputs)).to.deep.equal(['b/10.webp', 'b/2.png', 'b/deep']);
      expect(await faultOf(inputs[2])).to.equal('EACCES');
    } finally {
      chmodSync(at('b', 'deep'), 0o700);
    }
  });
});
