// Run by tools/opencv4nodejs.mjs, as mat.test.mts is.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';

import { runIn, runWell, tsc } from '../fixtures/commands.mjs';
import { drawn, project } from './both-packages.mjs';

describe('the example with @u4/opencv4nodejs', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('draws a box around every face', async () => {
    const marked = path.join(folder, 'marked.png');
    const output = runWell(project, process.execPath, ['mark-faces.mjs', drawn, marked]);
    const boxes = [...output.matchAll(/^\d+ x \d+ at (\d+), (\d+): [\d.]+ %$/gm)]; // opencv4nodejs prints lines as well
    expect(boxes).to.have.length(4);
    const { data, info } = await sharp(marked).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    for (const [line, x, y] of boxes) {
      const corner = (Number(y) * info.width + Number(x)) * 3;
      expect([...data.subarray(corner, corner + 3)], line).to.deep.equal([0, 255, 0]);
    }
  });

  it('says how to call it', () => {
    const { status, output } = runIn(project, process.execPath, ['mark-faces.mjs']);
    expect(status).to.equal(1);
    expect(output).to.match(/usage: node mark-faces.mjs PHOTO TARGET/);
  });

  it("agrees with both packages' types", () => {
    const check = ['--noEmit', '--allowJs', '--checkJs', '--strict', '--skipLibCheck', '--ignoreConfig'];
    const setting = ['--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    expect(runIn(project, process.execPath, [tsc, ...check, ...setting, 'mark-faces.mjs'])).to.deep.equal({
      status: 0,
      output: '',
    });
  });
});
