import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { extensions } from '#dist/cli/detect/inputs.js';
import { chunks, filesBelow, filmExtensions, linesOf } from '#dist/cli/jobs/listing.js';
import { UsageError } from '#dist/cli/usage-error.js';

describe('the listing of images', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    mkdirSync(path.join(folder, 'sub', '.hidden'), { recursive: true });
    for (const name of ['a.jpg', 'sub/B.PNG', 'notes.txt', '._a.jpg', 'sub/.hidden/c.jpg', 'list', 'sub/d.MOV'])
      writeFileSync(path.join(folder, name), 'one.jpg\n\ntwo words.jpg\r\nlast.jpg');
    symlinkSync('a.jpg', path.join(folder, 'link.jpg'));
    symlinkSync('.', path.join(folder, 'round.jpg'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('has those below a folder, as detect takes them', async () => {
    const below = async (wanted: ReadonlySet<string>) => {
      const names = (await Readable.from(filesBelow(folder, wanted)).toArray()) as string[];
      return names.map((name) => path.relative(folder, name)).sort();
    };
    expect(await below(extensions)).to.deep.equal(['a.jpg', 'link.jpg', path.join('sub', 'B.PNG')]);
    expect(await below(filmExtensions)).to.deep.equal([path.join('sub', 'd.MOV')]);
  });

  it('has the lines of a file that begins with a byte order mark', async () => {
    const list = path.join(folder, 'marked');
    writeFileSync(list, '\uFEFFone.jpg\n');
    expect(await Readable.from(linesOf(list)).toArray()).to.deep.equal(['one.jpg']);
  });

  for (const [what, bytes] of [
    ['an image', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')],
    ['UTF-16', Buffer.from('\uFEFFone.jpg\n', 'utf16le')],
    ['names between NULs', 'one.jpg\0two.jpg\0'],
  ] as const)
    it(`refuses ${what} as a list`, async () => {
      const list = path.join(folder, 'wrong');
      writeFileSync(list, bytes);
      const error = await Readable.from(linesOf(list))
        .toArray()
        .catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(UsageError);
      expect((error as Error).message).to.match(/wrong: line \d+ is not a path: a list is text/);
    });

  it('has the lines of a file, with either line break', async () => {
    expect(await Readable.from(linesOf(path.join(folder, 'list'))).toArray()).to.deep.equal([
      'one.jpg',
      'two words.jpg',
      'last.jpg',
    ]);
  });

  it('comes in chunks, and is read no further than they are taken', async () => {
    let read = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) yield read++;
      })(),
      { highWaterMark: 1 },
    );
    const taken = chunks(endless, 3);
    expect((await taken.next()).value).to.deep.equal([0, 1, 2]);
    expect(read).to.be.below(10);
    await taken.return(undefined);
    expect(await Readable.from(chunks(Readable.from([1, 2, 3, 4]), 3)).toArray()).to.deep.equal([[1, 2, 3], [4]]);
  });
});
