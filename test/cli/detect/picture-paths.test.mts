import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { findInputs } from '#dist/cli/detect/inputs.js';
import { checkTargets, pictureFolders, pictureStems } from '#dist/cli/detect/picture-paths.js';
import { UsageError } from '#dist/cli/usage-error.js';
import { rejection } from '../../fixtures/rejection.mjs';

const input = (relative: string) => ({ name: relative, relative, read: async () => new Uint8Array() });
const annotate = (folder: string) => ({ folders: { annotate: folder }, options: {}, mayReplace: false });

describe('the paths of pictures', () => {
  let folder: string;
  const at = (...parts: string[]) => path.join(folder, ...parts);
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    for (const name of ['in/sub', 'out']) mkdirSync(at(name), { recursive: true });
    mkdirSync(at('far'));
    for (const name of ['in/a.jpg', 'far/real.jpg']) writeFileSync(at(name), '');
    symlinkSync('../../far/real.jpg', at('in', 'sub', 'b.jpg')); // by which a picture in far might replace an image
    symlinkSync('../in/sub', at('out', 'sub'));
    symlinkSync('in', at('link'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are those below the folder that was given', async () => {
    const inputs = await findInputs([at('in')], new Set());
    expect([...pictureStems(inputs).values()]).to.deep.equal(['a', 'sub/b']);
  });

  it('are of one image each, whatever the extensions and capitals', () => {
    const names = ['a.jpg', 'a.png', 'A.JPG', 'a.jpg', 'x/a.jpg', 'a.png.bmp', 'noext', 'noext.webp', '.a'];
    const stems = [...pictureStems(names.map(input)).values()];
    expect(stems).to.deep.equal(['a', 'a.png', 'A.JPG', 'a.jpg~2', 'x/a', 'a.png.bmp', 'noext', 'noext.webp', '.a']);
    expect(new Set(stems.map((stem) => stem.toLowerCase())).size).to.equal(names.length);
  });

  // Whatever way leads to the folder of an image: a picture would replace it.
  for (const [target, source] of [
    ['in', 'in'],
    ['link', 'in'],
    ['in', 'in/a.jpg'],
    ['in/sub/..', 'link/*.jpg'],
    ['in', 'in/sub'],
    ['out', 'in'],
    ['far', 'in/sub/b.jpg'],
  ] as const) {
    it(`are refused where ${target} would take pictures of ${source}`, async () => {
      const request = annotate(at(target));
      const inputs = await findInputs([at(source), at('in/a.jpg')], new Set());
      const error = await rejection(checkTargets(request, pictureStems(inputs)));
      expect(error).to.be.instanceOf(UsageError);
      expect(error.message).to.match(/^--annotate .*: pictures would be written among the images in /);
    });
  }

  it('may lie where an image from a pipe is called from', async () => {
    await checkTargets(annotate('.'), pictureStems(await findInputs(['-'], new Set())));
  });

  it('may lie inside of the folder of the images, which then leaves them out', async () => {
    for (const target of ['in/new/deep', 'in/made']) {
      const request = annotate(at(target));
      mkdirSync(at('in/made'), { recursive: true });
      writeFileSync(at('in/made/a.jpg'), '');
      for (const source of [at('in'), at('in', '**/*.jpg')]) {
        const inputs = await findInputs([source], await pictureFolders(annotate(at('in/made'))));
        expect(inputs.map(({ name }) => path.relative(folder, name))).to.deep.equal(['in/a.jpg', 'in/sub/b.jpg']);
        await checkTargets(request, pictureStems(inputs));
      }
    }
  });

  it('are in a folder for each kind', async () => {
    const request = { folders: { annotate: at('in'), crops: at('link', '.') }, options: {}, mayReplace: false };
    expect((await rejection(pictureFolders(request))).message).to.equal(
      '--annotate, --redact, --crops and --crop need a folder each',
    );
  });
});
