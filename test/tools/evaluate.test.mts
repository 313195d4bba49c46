import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { needPhotographs, needWeights, root, sharedFolder, skip } from '../fixtures/available.mjs';
import { standardFaces, standardPng } from '../fixtures/drawn-faces.mjs';

interface Model {
  model: string;
  threshold?: number;
  found: Record<string, number>;
  recall: Record<string, number>;
  falsePositives: Record<string, number>;
  averagePrecision: Record<string, number>;
  smallestFound?: number;
  ms: { median: number; mean: number };
}
interface Figures {
  images: number;
  faces: Record<string, number>;
  models: Model[];
  perImage: { name: string; faces: number; models: Record<string, { found: number; falsePositives: number }> }[];
  failed: { name: string; reason: string }[];
}

const script = path.join(root, 'tools', 'evaluate', 'evaluate.mjs');

describe('npm run evaluate', () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  /** Boxes between mtcnn's, which are narrow, and haar's, which are square. */
  const boxes = standardFaces.map(({ x, y, height }) => ({
    x: x - 0.43 * height,
    y: y - 0.48 * height,
    width: 0.86 * height,
    height: 0.96 * height,
  }));
  const wider = boxes.map(({ x, y, width, height }) => [x, y, width, height, 0, 0, 0, 0, 0, 0].join(' '));

  before(async function () {
    needWeights(this);
    folder = mkdtempSync(path.join(tmpdir(), 'faces-evaluate-'));
    writeFileSync(at('faces.png'), standardPng());
    await sharp({ create: { width: 300, height: 200, channels: 3, background: '#888' } })
      .png()
      .toFile(at('gray.png'));
    writeFileSync(at('damaged.jpg'), 'no picture');
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  function evaluate(...args: string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      encoding: 'utf8',
      cwd: folder,
    });
    return { status, stdout, stderr };
  }
  function figuresOf(annotations: string, models = 'mtcnn') {
    writeFileSync(at('annotations'), annotations);
    const { status, stdout, stderr } = evaluate('.', '--annotations', 'annotations', '--models', models, '--json');
    return { status, stderr, ...(JSON.parse(stdout || '{}') as Figures) };
  }

  it('counts, by WIDER FACE, what mtcnn and haar find, miss and take for faces', () => {
    // Of the four faces the first is invalid and the second not annotated; nobody finds the one on gray.
    const [, , third = '', fourth = ''] = wider;
    const invalid = `${wider[0]}`.replace(/0 0 0$/, '1 0 0');
    const list = ['faces.png', 3, invalid, third, fourth, 'gray.png', 1, '50 50 80 100 0 0 0 0 0 0'].join('\n');
    const { status, faces, images, models, perImage, failed } = figuresOf(list, 'mtcnn,haar');
    expect({ status, images, faces, failed }).to.deep.equal({
      status: 0,
      images: 2,
      faces: { all: 3, small: 0, medium: 2, large: 1, ignored: 1 },
      failed: [],
    });
    expect(models.map(({ model, threshold }) => [model, threshold])).to.deep.equal([
      ['mtcnn', 0.8],
      ['haar', undefined],
    ]);
    for (const { found, recall, falsePositives, averagePrecision, smallestFound, ms } of models) {
      expect(found).to.deep.equal({ all: 2, small: 0, medium: 1, large: 1 });
      expect(recall).to.deep.equal({ all: 0.6667, medium: 0.5, large: 1 });
      expect(falsePositives.all).to.equal(1);
      expect(averagePrecision.all).to.be.within(0.3, 0.6667);
      expect(smallestFound).to.be.closeTo(40 * Math.sqrt(0.86 * 0.96), 0.1);
      expect(Math.min(ms.median, ms.mean)).to.be.above(0);
    }
    expect(perImage.map(({ name, faces: count, models: { haar } }) => [name, count, haar?.found])).to.deep.equal([
      ['faces.png', 2, 2],
      ['gray.png', 1, 0],
    ]);
  });

  it('gives the same for the same faces as ellipses of FDDB and as JSON', async () => {
    const ellipses = boxes.map(({ x, y, width, height }) =>
      [height / 2, width / 2, Math.PI / 2, x + width / 2, y + height / 2, ' 1'].join(' '),
    );
    await sharp(standardPng()).jpeg({ quality: 100 }).toFile(at('img_1.jpg'));
    const corners = boxes.map(({ x, y, width, height }) => ({ box: [x, y, x + width, y + height] }));
    const lists = [
      ['img_1', 4, ...ellipses].join('\n'),
      ['img_1.jpg', 4, ...wider].join('\n'),
      JSON.stringify({ 'img_1.jpg': { faces: corners } }),
    ];
    const all = lists.map((list) => figuresOf(list).models.map(({ ms: _ms, ...rest }) => rest));
    expect(all[0]?.[0]).to.deep.include({
      recall: { all: 1, medium: 1, large: 1 },
      averagePrecision: { all: 1, medium: 1, large: 1 },
    });
    expect(all[1]).to.deep.equal(all[0]);
    expect(all[2]).to.deep.equal(all[0]);
  });

  it('finds on the photographs, by what people see there, what docs/MODELS.md says', function () {
    needPhotographs(this);
    const annotations = path.join(root, 'test', 'fixtures', 'photographs.txt');
    const images = path.join(sharedFolder, 'images');
    const { stdout } = evaluate(
      images,
      '--annotations',
      annotations,
      '--models',
      'mtcnn,yunet,ultralight-rfb-640',
      '--json',
    );
    const { faces, models } = JSON.parse(stdout) as Figures;
    const text = readFileSync(path.join(root, 'docs', 'MODELS.md'), 'utf8');
    expect(text).to.contain(`found of ${faces.all} | of ${faces.small} small | of ${faces.medium} medium`);
    for (const { model, threshold, found, falsePositives } of models) {
      const row = new RegExp(`^\\| \`${model}\` \\| ${threshold} \\| (\\d+) \\|(?:.*?\\|){3} (\\d+) \\|`, 'm').exec(
        text,
      );
      // OpenCV's versions differ in what is just at a threshold.
      expect(found.all).to.be.closeTo(Number(row?.[1]), 3);
      expect(falsePositives.all).to.be.closeTo(Number(row?.[2]), 3);
    }
  });

  it('goes on after an image that is missing or damaged, names it, and ends with 1', () => {
    const list = ['gone.jpg', 0, 'damaged.jpg', 0, 'faces.png', 4, ...wider].join('\n');
    const { status, stderr, images, models, failed } = figuresOf(list);
    expect({ status, images, found: models[0]?.found.all }).to.deep.equal({ status: 1, images: 1, found: 4 });
    expect(failed.map(({ name }) => name)).to.deep.equal(['gone.jpg', 'damaged.jpg']);
    expect(stderr).to.match(/gone.jpg: it is not there\n.*damaged.jpg: .+\n.*left out: 2 of 3 images/);
  });

  it('shows a table without --json', () => {
    writeFileSync(at('annotations'), ['faces.png', 4, ...wider].join('\n'));
    const { status, stdout } = evaluate('.', '--annotations', 'annotations', '--models', 'mtcnn', '--iou', '0.4');
    expect(status).to.equal(0);
    expect(stdout).to.match(/^1 image with 4 faces: 0 small .*, 2 medium, 2 large/);
    expect(stdout).to.match(/^mtcnn \(\w+\) +0\.8 +4 +1\.000 +0 +1\.000 +- +1\.000 +1\.000 +36 /m);
    expect(stdout).to.contain('by 0.4 at least');
  });

  // The README promised figures for a folder of the reader's; it refused one without annotations.
  it('compares the models on a folder that nobody has annotated', () => {
    mkdirSync(at('plain/more'), { recursive: true });
    for (const name of ['a.png', 'more/b.png']) writeFileSync(at(`plain/${name}`), standardPng());
    writeFileSync(at('plain/list.txt'), 'no image');
    const shown = evaluate('plain', '--models', 'mtcnn,haar');
    expect(shown.status, shown.stderr).to.equal(0);
    expect(shown.stdout).to.match(/^2 images with 8 faces that mtcnn finds: 2 small .*, 2 medium, 4 large/);
    expect(shown.stdout).to.match(/^MODEL +THRESHOLD +FACES +OF MTCNN'S +OTHERS +SMALLEST /m);
    expect(shown.stdout).to.match(/^mtcnn \(\w+\) +0\.8 +8 +8 +0 +\d+ /m);
    const { status, stdout } = evaluate('plain', '--models', 'haar,mtcnn', '--json');
    expect(status).to.equal(0);
    const { reference, faces, models, perImage } = JSON.parse(stdout);
    const [haar, mtcnn] = models;
    expect(reference).to.equal('haar');
    expect(haar.found.all).to.equal(faces.all).and.to.be.above(0);
    expect(haar.others.all).to.equal(0);
    expect(mtcnn.found.all + mtcnn.others.all).to.equal(8);
    expect(mtcnn).to.not.have.any.keys('falsePositives', 'averagePrecision');
    expect(perImage.map(({ name }: { name: string }) => name)).to.deep.equal(['a.png', 'more/b.png']);
    rmSync(at('plain'), { recursive: true });
  });

  it('refuses what it cannot read, with the line, and what it does not know', () => {
    const { status, stderr } = figuresOf('faces.png\n1\n1 2 3\n');
    expect(status).to.equal(2);
    expect(stderr).to.contain('annotations: line 3: "1 2 3" instead of');
    mkdirSync(at('empty'), { recursive: true });
    const refusals: [string[], string][] = [
      [[], 'a folder is needed'],
      [['empty'], 'empty has no images'],
      [['.', '--annotations', 'annotations', '--models', 'mtcnn,none'], 'there is no model "none"'],
      [['.', '--annotations', 'annotations', '--iou', '2'], '--iou must be a number from 0.01 to 1'],
      [['.', '--annotations', 'gone'], 'gone'],
      [['gone', '--annotations', 'annotations'], 'gone'],
      [['.', '--peers', 'empty'], 'empty has no @vladmandic/face-api: npm install --prefix empty @vladmandic/face-api'],
    ];
    for (const [args, reason] of refusals) {
      const refused = evaluate(...args);
      expect(refused.status).to.equal(2);
      expect(refused.stderr).to.contain(reason);
      expect(refused.stdout).to.equal('');
    }
  });

  it('ends on Ctrl-C with the figures of the images so far', async () => {
    // The same picture by many names; the one that is missing tells that the first has been searched.
    const names = Array.from({ length: 500 }, (_none, i) => `${'./'.repeat(i)}faces.png`);
    const list = names.flatMap((name) => [name, 4, ...wider]);
    list.splice(6, 0, 'gone.jpg', 0);
    writeFileSync(at('annotations'), list.join('\n'));
    const args = [script, '.', '--annotations', 'annotations', '--models', 'mtcnn', '--json'];
    const child = spawn(process.execPath, args, { cwd: folder });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const hasBegun = stderr.includes('gone.jpg');
      stderr += text;
      if (!hasBegun && stderr.includes('gone.jpg')) child.kill('SIGINT');
    });
    const [status] = (await once(child, 'close')) as [number];
    expect(status).to.equal(130);
    expect(stderr).to.match(/gone.jpg: it is not there\n.*interrupted after \d+ of \d+ images/);
    const { images, models } = JSON.parse(stdout) as Figures;
    expect(images).to.be.within(1, 499);
    expect(models[0]?.recall.all).to.equal(1);
  });

  it('measures the memory of a process of each model', function () {
    if (process.platform !== 'linux') skip(this, 'no /proc');
    const { status, stdout } = evaluate('--memory', 'faces.png', '--models', 'mtcnn,haar', '--json');
    expect(status).to.equal(0);
    const rows = JSON.parse(stdout) as { what: string; resident: number; peak: number }[];
    expect(rows.map(({ what }) => what)).to.deep.equal(['nothing', 'addon', 'mtcnn', 'haar']);
    for (const { resident, peak } of rows) expect(peak).to.be.at.least(resident).and.above(10);
    const refused = evaluate('--memory', 'gone.png', '--models', 'mtcnn');
    expect(refused.status).to.equal(2);
    expect(refused.stderr).to.match(/^evaluate: nothing: ENOENT.*gone.png'\n$/);
  });
});
