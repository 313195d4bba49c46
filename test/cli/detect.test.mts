import { execFileSync, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import sharp from 'sharp';
import { needWeights, skip } from '../fixtures/available.mjs';
import { cli, cliFile, startCli } from '../fixtures/command-line.mjs';
import { drawFaces, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';

type Result = { file: string; faces?: object[]; error?: { code: string }; timings?: object; pictures?: object };
const parseLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Result);
const withoutTimings = (results: Result[]) => results.map(({ timings: _differ, ...rest }) => rest);

describe('detect', () => {
  let folder: string;
  before(async function () {
    needWeights(this);
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    mkdirSync(path.join(folder, 'photos', 'more'), { recursive: true });
    const put = (name: string, bytes: string | Buffer) => writeFileSync(path.join(folder, 'photos', name), bytes);
    put('a.png', standardPng());
    put('bad.jpg', 'no image');
    put(
      'more/none.png',
      await toSharp(drawFaces(300, 200, []))
        .png()
        .toBuffer(),
    );
    put('z.png', standardPng());
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  it('measures faces', () => {
    const args = ['detect', '--face-quality', '--min-sharpness', '1', 'photos/a.png'];
    const [record] = JSON.parse(cli([...args, '--json'], { cwd: folder }).stdout) as Result[];
    expect(record).to.deep.include({ leftOut: 0 });
    const qualities = record?.faces?.map((face) => (face as { quality: { size: number } }).quality) ?? [];
    expect(qualities).to.have.length(4);
    const rows = cli([...args, '--csv'], { cwd: folder })
      .stdout.trimEnd()
      .split('\n');
    const column = rows[0]?.split(',').indexOf('size') ?? 0;
    expect(rows.slice(1).map((row) => Number(row.split(',')[column]))).to.deep.equal(qualities.map(({ size }) => size));
  });

  it('shows a person a table, and what failed on standard error; the others go on', () => {
    const { status, stdout, stderr } = cli(['detect', 'photos'], { cwd: folder });
    expect(status).to.equal(3);
    const firsts = stdout.split('\n').map((line) => line.split(/ {2,}/)[0]);
    expect(firsts.filter(Boolean)).to.deep.equal(['FILE', 'photos/a.png', 'photos/more/none.png', 'photos/z.png']);
    expect(stdout).to.match(/^photos\/more\/none.png +no face$/m);
    expect(stderr).to.match(/^photos\/bad.jpg: the data is not an image.*\(UNSUPPORTED_FORMAT\)$/m);
    expect(stderr).to.match(/^4 images, 8 faces, 1 failed; [\d.]+ s, [\d.]+ images\/s\n$/m);
  });

  it('shows control characters of a name escaped on standard error', () => {
    const name = 'bad\x1b[2J\nname.jpg';
    const shown = 'bad\\u001b[2J\\nname.jpg';
    writeFileSync(path.join(folder, name), 'no image');
    const [line] = cli(['detect', name], { cwd: folder }).stderr.split('\n');
    expect(line?.startsWith(`${shown}: the data is not an image`), line).to.equal(true);
    const usage = cli(['detect', name, '--output', name], { cwd: folder });
    expect(usage.stderr.startsWith(`opencv-face-detector: ${shown} already exists`), usage.stderr).to.equal(true);
    const nowhere = cli(['detect', name, '--output', 'no\x1bwhere/x'], { cwd: folder });
    expect(nowhere.stderr).to.match(/^opencv-face-detector: ENOENT.*no\\u001bwhere\/x'\n$/);
  });

  it('gives programs every image in its place, errors among them', () => {
    const files = ['photos/a.png', 'photos/bad.jpg', 'photos/more/none.png', 'photos/z.png'];
    const json = cli(['detect', '--json', 'photos'], { cwd: folder });
    const ndjson = cli(['detect', '--ndjson', 'photos'], { cwd: folder });
    const csv = cli(['detect', '--csv', 'photos'], { cwd: folder });
    for (const { status, stderr } of [json, ndjson, csv])
      expect({ status, stderr }).to.deep.equal({ status: 3, stderr: '' });
    const results = JSON.parse(json.stdout) as Result[];
    expect(results.map(({ file }) => file)).to.deep.equal(files);
    expect(results.map(({ faces }) => faces?.length)).to.deep.equal([4, undefined, 0, 4]);
    expect(results[1]?.error?.code).to.equal('UNSUPPORTED_FORMAT');
    expect(withoutTimings(parseLines(ndjson.stdout))).to.deep.equal(withoutTimings(results));
    expect(csv.stdout.trimEnd().split('\n')).to.have.length(1 + 4 + 1 + 1 + 4);
  });

  it('reads an image from a pipe', () => {
    const { status, stdout } = cli(['detect', '--ndjson', '-'], { input: standardPng() });
    expect(status).to.equal(0);
    expect(parseLines(stdout)[0]).to.include({ file: '-' }).with.property('faces').with.length(4);
    const [empty] = parseLines(cli(['detect', '--ndjson', '-']).stdout);
    expect(empty?.error?.code).to.equal('EMPTY_IMAGE');
  });

  it('takes the options of the library', () => {
    const args = [
      'detect',
      '--ndjson',
      'photos/a.png',
      '--max-faces',
      '2',
      '--sort=area',
      '--engine',
      'opencv',
      '-j',
      '1',
    ];
    const { status, stdout } = cli(args, { cwd: folder });
    expect(status).to.equal(0);
    expect(parseLines(stdout)[0]?.faces).to.have.length(2);
  });

  it('refuses what makes no sense, with status 2', () => {
    const wrong: [string[], RegExp][] = [
      [[], /needs a file, a folder, a glob/],
      [['a', '--json', '--csv'], /--json and --csv exclude each other/],
      [['a', '--output', 'x', '--csv'], /--output writes NDJSON/],
      [['a', '--resume'], /--resume needs the --output/],
      [['a', '--threshold', '0.5', '--onet-threshold', '0.5'], /another name for --onet-threshold/],
      [['a', '--min-face-size', '1'], /--min-face-size must be an integer from 12/],
    ];
    for (const [args, reason] of wrong) {
      const { status, stderr } = cli(['detect', ...args]);
      expect(status, args.join(' ')).to.equal(2);
      expect(stderr).to.match(reason);
    }
  });

  it('says with status 1 that it cannot search at all', () => {
    const { status, stdout, stderr } = cli(['detect', 'photos', '--models-dir', folder], { cwd: folder });
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
    expect(stderr).to.match(/^opencv-face-detector: weights mtcnn.*models fetch mtcnn --models-dir .*\n$/);
    const nowhere = cli(['detect', 'photos', '-o', 'nowhere/x'], { cwd: folder });
    expect(nowhere.status).to.equal(1);
    expect(nowhere.stderr).to.match(/^opencv-face-detector: ENOENT.*nowhere\/x'\n$/);
  });

  // It ended with 3, as if some of the images had been searched.
  it('says with status 1 that no image could be searched, with 3 that some could', () => {
    const lone = cli(['detect', 'nothere.jpg'], { cwd: folder });
    expect(lone.status).to.equal(1);
    expect(lone.stderr).to.match(/^nothere.jpg: ENOENT.*\n1 image, 0 faces, 1 failed; /);
    for (const args of [['photos/bad.jpg', 'nothere.jpg'], ['photos/*.gif'], ['--csv', 'photos/bad.jpg']])
      expect(cli(['detect', ...args], { cwd: folder }).status, args.join(' ')).to.equal(1);
    expect(cli(['detect', 'nothere.jpg', 'photos/a.png'], { cwd: folder }).status).to.equal(3);
  });

  it('counts what an earlier run has done', () => {
    const resume = (...images: string[]) =>
      cli(['detect', ...images, '--output', 'both.ndjson', '--resume'], { cwd: folder });
    expect(resume('photos/bad.jpg').status).to.equal(1);
    expect(resume('photos/bad.jpg').status).to.equal(1);
    const { status, stderr } = resume('photos/bad.jpg', 'photos/a.png');
    expect(status).to.equal(3);
    expect(stderr).to.match(/^1 image, 4 faces, 1 done before; /);
    expect(resume('nothere.jpg').status).to.equal(3);
  });

  describe('with pictures', () => {
    const files = (...parts: string[]) =>
      readdirSync(path.join(folder, ...parts), { recursive: true })
        .map(String)
        .sort();
    const facesOn = (file: string) => {
      const { stdout } = cli(['detect', '--ndjson', file], { cwd: folder });
      return parseLines(stdout)[0]?.faces?.length;
    };

    it('writes each where its image is, and says so; the images stay as they are', async () => {
      const folders = [
        '--annotate',
        'made/drawn',
        '--redact',
        'made/hidden',
        '--mode',
        'fill',
        '--crops',
        'made/faces',
      ];
      const plain = cli(['detect', '--ndjson', 'photos'], { cwd: folder });
      const { status, stdout } = cli(['detect', '--ndjson', 'photos', ...folders], { cwd: folder });
      expect(status).to.equal(3);
      const results = parseLines(stdout);
      expect(withoutTimings(results).map(({ pictures: _new, ...rest }) => rest)).to.deep.equal(
        withoutTimings(parseLines(plain.stdout)),
      );
      expect(results[0]?.pictures).to.deep.equal({
        annotate: 'made/drawn/a.png',
        redact: 'made/hidden/a.png',
        crops: [1, 2, 3, 4].map((i) => `made/faces/a-${i}.png`),
      });
      expect(files('made', 'drawn')).to.deep.equal(['a.png', 'more', 'more/none.png', 'z.png']);
      expect(files('made', 'hidden')).to.deep.equal(files('made', 'drawn'));
      expect(files('made', 'faces')).to.deep.equal([
        ...[1, 2, 3, 4].map((i) => `a-${i}.png`),
        ...[1, 2, 3, 4].map((i) => `z-${i}.png`),
      ]);
      expect(readFileSync(path.join(folder, 'photos', 'a.png'))).to.deep.equal(standardPng());
      expect(facesOn('made/hidden/a.png')).to.equal(0);
      expect(await sharp(path.join(folder, 'made/faces/a-1.png')).metadata()).to.include({ width: 112, height: 112 });
    });

    it('takes their options', async () => {
      const args = [
        '--crops',
        'small',
        '--size',
        '48',
        '--format',
        'webp',
        '--quality',
        '50',
        '--no-align',
        '--margin',
        '0.2',
      ];
      const { status } = cli(['detect', '-q', 'photos/a.png', ...args], { cwd: folder });
      expect(status).to.equal(0);
      expect(files('small')).to.deep.equal([1, 2, 3, 4].map((i) => `a-${i}.webp`));
      const { format, width, height } = await sharp(path.join(folder, 'small/a-1.webp')).metadata();
      expect(format).to.equal('webp');
      expect(Math.max(width, height)).to.equal(48);
    });

    it('leaves faces visible by the numbers of the table, and fails images that have no such face', () => {
      const flags = ['--redact', 'party', '--except', '1;4', '--regions', '0,0,50,50'];
      const { status, stdout } = cli(['detect', '--ndjson', 'photos/a.png', 'photos/more', ...flags], { cwd: folder });
      expect(status).to.equal(3);
      const [first, second] = parseLines(stdout);
      expect(files('party')).to.deep.equal(['a.png']);
      expect(second?.error).to.deep.equal({
        code: 'INVALID_OPTION',
        message: 'except: there is no face number 1 (index 0), no face was found',
      });
      const { stdout: left } = cli(['detect', '--json', 'party/a.png'], { cwd: folder });
      const edgesOf = (result?: Result) => (result?.faces ?? []).map((face) => (face as { box: { x: number } }).box.x);
      const [all, seen] = [edgesOf(first), edgesOf((JSON.parse(left) as Result[])[0])];
      expect(seen).to.have.length(2);
      for (const edge of [all[0], all[3]])
        expect(seen.some((other) => Math.abs(other - (edge ?? 0)) < 2)).to.equal(true);
    });

    it('writes the best part of each image, and where its faces are', async () => {
      const flags = ['--crop', 'part', '--size', '300x200', '--zoom', '0.5', '--format', 'jpeg'];
      const { status, stdout } = cli(['detect', '--ndjson', 'photos/a.png', 'photos/more', ...flags], { cwd: folder });
      expect(status).to.equal(0);
      const [first, second] = parseLines(stdout);
      expect(first?.pictures).to.deep.equal({ crop: 'part/a.jpg' });
      expect(first).to.have.nested.property('focalPoint.x').within(0.4, 0.6);
      expect(first).to.not.have.any.keys('part', 'width');
      expect(second).to.deep.include({ focalPoint: { x: 0.5, y: 0.5 } });
      for (const name of ['part/a.jpg', 'part/none.jpg']) {
        expect(await sharp(path.join(folder, name)).metadata()).to.include({ width: 300, height: 200, format: 'jpeg' });
      }
    });

    it('reports what cannot be written, and goes on', () => {
      mkdirSync(path.join(folder, 'taken', 'a.png'), { recursive: true });
      const { status, stdout } = cli(
        ['detect', '--ndjson', 'photos/a.png', 'photos/z.png', '--redact', 'taken', '--overwrite'],
        { cwd: folder },
      );
      expect(status).to.equal(3);
      expect(parseLines(stdout)[0]?.error?.code).to.equal('EISDIR');
      expect(files('taken')).to.deep.equal(['a.png', 'z.png']);
    });

    // They were replaced without a word, and so was a file that had the name of the picture with .part.
    it('replaces no file, unless it is told to or goes on', () => {
      mkdirSync(path.join(folder, 'mine'));
      const own = (name: string) => path.join(folder, 'mine', name);
      for (const name of ['a.png', 'a.png.part', 'z.png.part']) writeFileSync(own(name), 'mine');
      const run = (...flags: string[]) =>
        cli(['detect', 'photos/a.png', 'photos/z.png', '--redact', 'mine', ...flags], { cwd: folder });
      const { status, stderr } = run();
      expect(status).to.equal(3);
      expect(stderr).to.match(
        /^photos\/a.png: mine\/a.png already exists: choose another folder, or use --overwrite \(EEXIST\)$/m,
      );
      expect(readFileSync(own('a.png'), 'utf8')).to.equal('mine');
      expect(files('mine')).to.deep.equal(['a.png', 'a.png.part', 'z.png', 'z.png.part']);
      for (const flags of [['--overwrite'], ['--output', 'again.ndjson', '--resume']]) {
        writeFileSync(own('a.png'), 'mine');
        expect(run(...flags).status, flags[0]).to.equal(0);
        expect(facesOn('mine/a.png')).to.equal(0);
      }
      for (const name of ['a.png.part', 'z.png.part']) expect(readFileSync(own(name), 'utf8')).to.equal('mine');
    });

    it('refuses what makes no sense, with status 2, before anything is written', () => {
      const wrong: [string[], RegExp][] = [
        [['--mode', 'fill'], /--mode is for pictures: it needs --redact DIR\n/],
        [
          ['--overwrite'],
          /--overwrite is for pictures: it needs --annotate DIR or --redact DIR or --crops DIR or --crop DIR\n/,
        ],
        [
          ['--format', 'png'],
          /--format is for pictures: it needs --annotate DIR or --redact DIR or --crops DIR or --crop DIR\n/,
        ],
        [['--crop', 'x'], /--crop needs --size WxH, such as --size 400x300; --crops writes each face/],
        [['--crop', 'x', '--size', '400'], /--crop needs --size WxH/],
        [['--crops', 'x', '--size', '400x300'], /--size WxH is for one picture: it needs --crop DIR/],
        [['--crops', 'x', '--size', '4'], /--size must be an integer from 16 to 1024, or WxH for --crop, got "4"/],
        [['--crop', 'x', '--size', '9000x10'], /width must be an integer from 1 to 8192, got 9000/],
        [['--redact', 'x', '--zoom', '1'], /--zoom is for pictures: it needs --crop DIR/],
        [['--crops', 'x', '--margin', '0.5'], /margin is for plain crops/],
        [['--crops', 'x', '--model', 'haar'], /no landmarks to align by/],
        [['--redact', 'x', '--max-yaw', '20'], /--max-yaw leaves faces out, but --redact hides all that are found/],
        [['--face-quality', '--model', 'haar'], /no landmarks to measure faces by/],
        [['--except', '1'], /--except is for pictures: it needs --redact DIR\n/],
        [['--redact', 'x', '--except', '0'], /--except must be up to 100 faces by number, from 1, or boxes/],
        [['--redact', 'x', '--except', '1', '--only', '2'], /except and only exclude each other/],
        [['--redact', 'x', '--regions', '1,2,3'], /--regions must be up to 100 boxes in pixels/],
        [['--redact', 'x', '--crops', './x'], /need a folder each/],
        [['--annotate', 'photos'], /--annotate photos: pictures would be written among the images/],
      ];
      for (const [args, reason] of wrong) {
        const { status, stderr } = cli(['detect', 'photos', ...args], { cwd: folder });
        expect(status, args.join(' ')).to.equal(2);
        expect(stderr).to.match(reason);
      }
      expect(existsSync(path.join(folder, 'x'))).to.equal(false);
    });
  });

  // Nothing but SIGKILL ended it.
  it('ends on SIGINT while it waits for a pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [path.join(folder, 'pipe.jpg')]);
    const child = startCli(['detect', '--ndjson', 'photos/a.png', 'pipe.jpg'], folder);
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const [status] = (await once(child, 'close')) as [number];
    expect(status).to.equal(130);
  });

  describe('whose output nobody reads', () => {
    let inputs: string[];
    before(() => {
      mkdirSync(path.join(folder, 'many'));
      inputs = Array.from({ length: 1000 }, (_, i) => `many/${'./'.repeat(150)}${i}.png`); // 400 bytes of output each
      for (const name of inputs) writeFileSync(path.join(folder, name), 'no image');
      execFileSync('mkfifo', [path.join(folder, 'results')]);
    });

    /** How a run ends that gets the signal when it has filled its pipe: its status, or the signal. */
    async function endOf(args: readonly string[], stdio: StdioOptions, signal: NodeJS.Signals) {
      const child = spawn(process.execPath, [cliFile, 'detect', ...args], { cwd: folder, stdio });
      const output = child.stdout ?? child.stderr;
      if (output) await once(output, 'readable'); // its first results: it has begun to listen for signals
      await Promise.race([sleep(2000), once(child, 'exit')]);
      child.kill(signal);
      const giveUp = setTimeout(() => child.kill('SIGKILL'), 30_000);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      clearTimeout(giveUp);
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      return child.exitCode ?? child.signalCode;
    }

    // It waited for the reader for ever, or for a second signal.
    it('it ends on a signal, with its status', async () => {
      expect(await endOf(['--ndjson', ...inputs], ['ignore', 'pipe', 'ignore'], 'SIGINT')).to.equal(130);
      expect(await endOf(['--json', ...inputs], ['ignore', 'pipe', 'ignore'], 'SIGTERM')).to.equal(143);
      expect(await endOf(inputs, ['ignore', 'ignore', 'pipe'], 'SIGINT')).to.equal(130);
    });

    // Only SIGKILL ended it: writing to a pipe held up its only thread.
    it('it ends on a signal, by it where that is the pipe of --output', async () => {
      const args = ['--output', 'results', ...inputs];
      expect(await endOf(args, 'ignore', 'SIGINT')).to.equal('SIGINT');
      const reader = openSync(path.join(folder, 'results'), constants.O_RDONLY | constants.O_NONBLOCK);
      expect(await endOf(args, 'ignore', 'SIGTERM')).to.equal('SIGTERM');
      closeSync(reader);
    });

    it('it waits, and then writes all of it', async () => {
      const child = startCli(['detect', '--ndjson', ...inputs], folder);
      await sleep(500);
      const results = parseLines(await text(child.stdout as Readable));
      expect(results.map(({ file }) => file)).to.deep.equal(inputs);
    });
  });

  it('refuses an image as text, in a line, as wrong usage', () => {
    const base64 = standardPng().toString('base64').slice(0, 100_000); // the system takes no longer argument
    for (const [argument, what] of [
      [base64, 'base64 text'],
      [`data:image/png;base64,${base64}`, 'a data URL'],
    ] as const) {
      const { status, stdout, stderr } = cli(['detect', 'photos/a.png', argument], { cwd: folder });
      expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' });
      expect(stderr.split('\n')[0]).to.match(
        new RegExp(`^opencv-face-detector: the image is ${what}, .*: decode it first, by `),
      );
      expect(stderr.length).to.be.below(300);
    }
  });

  it('cuts long names in what it says, not in its results', () => {
    const long = `${'nowhere/'.repeat(500)}a.jpg`;
    const { status, stderr } = cli(['detect', long], { cwd: folder });
    expect(status).to.equal(1);
    expect(stderr.split('\n')[0])
      .to.match(/^nowhere\/.*….*\/a\.jpg: ENOENT: .*….*\(ENOENT\)$/)
      .with.length.below(800);
    const [result] = parseLines(cli(['detect', long, '--ndjson'], { cwd: folder }).stdout);
    expect(result).to.deep.include({ file: long });
    expect(cli(['detect', 'photos', '--output', long], { cwd: folder }).stderr.length).to.be.below(500);
    expect(cli(['x'.repeat(100_000)], { cwd: folder }).stderr.split('\n')[0]).to.have.length.below(400);
  });

  it('reads pipes to their end: /dev/stdin, and what a shell makes of a command', () => {
    const command = 'cat photos/a.png | "$0" "$1" detect --ndjson /dev/stdin <(cat photos/z.png)';
    const { stdout } = spawnSync('bash', ['-c', command, process.execPath, cliFile], { cwd: folder, encoding: 'utf8' });
    expect(parseLines(stdout).map(({ file, faces }) => [file.replace(/\d+$/, ''), faces?.length])).to.deep.equal([
      ['/dev/stdin', 4],
      ['/dev/fd/', 4],
    ]);
  });

  it('ends quietly when nobody reads on', async () => {
    const many = Array.from({ length: 40 }, (_, i) => {
      writeFileSync(path.join(folder, `copy${i}.png`), standardPng());
      return `copy${i}.png`;
    });
    const child = startCli(['detect', '--ndjson', ...many], folder);
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout?.once('data', () => child.stdout?.destroy());
    const [status] = (await once(child, 'close')) as [number];
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
  });

  describe('with a results file', () => {
    const count = 30;
    // The tenth image takes long enough to be met in the middle of its search.
    const slow = 10;
    let whole: Result[];
    const output = () => path.join(folder, 'results.ndjson');
    const args = (file: string) => ['detect', 'series', '--min-face-size', '12', '--output', file];

    before(async () => {
      mkdirSync(path.join(folder, 'series'));
      const small = toSharp(drawFaces(600, 400, [{ x: 300, y: 200, height: 90 }]));
      const large = await small.resize(6000, 4000).png({ compressionLevel: 1 }).toBuffer();
      for (let i = 1; i <= count; i++) {
        const bytes = i === 3 ? 'no image' : i === slow ? large : standardPng();
        writeFileSync(path.join(folder, 'series', `${String(i).padStart(2, '0')}.png`), bytes);
      }
      const { status, stdout, stderr } = cli(args('whole.ndjson'), { cwd: folder });
      expect({ status, stdout }).to.deep.equal({ status: 3, stdout: '' });
      expect(stderr).to.match(/^30 images, 11\d faces, 1 failed; /);
      whole = withoutTimings(parseLines(readFileSync(path.join(folder, 'whole.ndjson'), 'utf8')));
      expect(whole).to.have.length(count);
    });
    afterEach(() => rmSync(output(), { force: true }));

    const lines = () => (existsSync(output()) ? readFileSync(output(), 'utf8').split('\n').length - 1 : 0);
    async function interrupted(signal: NodeJS.Signals) {
      const child = startCli(args('results.ndjson'), folder);
      let stderr = '';
      child.stderr?.on('data', (chunk) => {
        stderr += chunk;
      });
      while (lines() < slow - 1 && child.exitCode === null) await sleep(5);
      child.kill(signal);
      const [status, killedBy] = (await once(child, 'close')) as [number | null, string | null];
      return { status: status ?? killedBy, stderr };
    }

    for (const [signal, end] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGKILL', 'SIGKILL'],
    ] as const) {
      it(`keeps what is done on ${signal}, and resumed has what one run has`, async () => {
        const { status, stderr } = await interrupted(signal);
        expect(status).to.equal(end);
        const kept = withoutTimings(parseLines(readFileSync(output(), 'utf8')));
        expect(kept).to.deep.equal(whole.slice(0, kept.length));
        expect(kept.length).to.be.within(slow - 1, count - 1);
        if (signal !== 'SIGKILL') {
          expect(stderr).to.equal(
            `interrupted after ${kept.length} of ${count} images; results are in results.ndjson, continue with --resume\n`,
          );
        } else {
          writeFileSync(output(), '{"file":"series/10.png","model":"mt', { flag: 'a' });
        }
        const resumed = cli([...args('results.ndjson'), '--resume'], { cwd: folder });
        expect(resumed.status).to.equal(3);
        expect(resumed.stderr).to.match(new RegExp(`^${count - kept.length} images, .*, ${kept.length} done before; `));
        expect(withoutTimings(parseLines(readFileSync(output(), 'utf8')))).to.deep.equal(whole);
      });
    }

    it('closes the JSON document on SIGINT', async () => {
      const child = startCli(['detect', '--json', 'series', '--min-face-size', '12'], folder);
      let stdout = '';
      child.stdout?.on('data', (chunk) => {
        stdout += chunk;
        if (!child.killed && stdout.split('\n').length >= slow) child.kill('SIGINT');
      });
      const [status] = (await once(child, 'close')) as [number];
      expect(status).to.equal(130);
      const kept = withoutTimings(JSON.parse(stdout) as Result[]);
      expect(kept).to.deep.equal(whole.slice(0, kept.length));
    });

    // Both wrote every image.
    it('lets no second run write to it meanwhile', async () => {
      const first = startCli(args('results.ndjson'), folder);
      while (lines() < 1) await sleep(5);
      first.kill('SIGSTOP'); // it may not be done before the others have looked
      for (const flags of [[], ['--resume']]) {
        const { status, stderr } = cli([...args('results.ndjson'), ...flags], { cwd: folder });
        expect(status).to.equal(2);
        expect(stderr).to.match(
          new RegExp(`^opencv-face-detector: process ${first.pid} is writing to results.ndjson: `),
        );
      }
      first.kill('SIGCONT');
      expect((await once(first, 'close'))[0]).to.equal(3);
      expect(withoutTimings(parseLines(readFileSync(output(), 'utf8')))).to.deep.equal(whole);
      expect(existsSync(`${output()}.lock`)).to.equal(false);
    });

    // It was read first, for results of an earlier run, and has no end.
    it('says that the disk is full', function () {
      if (!existsSync('/dev/full')) skip(this, 'there is no /dev/full');
      for (const args of [
        ['--output', '/dev/full'],
        ['--output', '/dev/full', '--resume'],
      ]) {
        const { status, stderr } = cli(['detect', 'photos', ...args], { cwd: folder });
        expect(status).to.equal(1);
        expect(stderr).to.equal('opencv-face-detector: ENOSPC: no space left on device, write\n');
      }
    });

    it('does nothing where all is done, and tells of failures before', () => {
      const file = path.join(folder, 'whole.ndjson');
      const before = readFileSync(file, 'utf8');
      const { status, stdout } = cli([...args('whole.ndjson'), '--resume'], { cwd: folder });
      expect({ status, stdout }).to.deep.equal({ status: 3, stdout: '' });
      expect(readFileSync(file, 'utf8')).to.equal(before);
      expect(cli(args('whole.ndjson'), { cwd: folder }).status).to.equal(2);
      expect(readFileSync(file, 'utf8')).to.equal(before);
    });
  });
});
