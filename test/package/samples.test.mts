import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { cliFile } from '../fixtures/command-line.mjs';
import { runWell, tsc } from '../fixtures/commands.mjs';
import { markdownFiles, readDocument } from '../fixtures/documents.mjs';
import { standardPicture, toSharp } from '../fixtures/drawn-faces.mjs';
import { hasFfmpeg, walking, writeFilm } from '../fixtures/film-files.mjs';
import { killRunning, track } from '../fixtures/job-worker.mjs';
import { needRedis, type Redis, startRedis } from '../fixtures/redis.mjs';
import { isSameAnswer, linesOf, type Sample, samplesIn } from '../fixtures/samples.mjs';
import { type Service, startService } from '../fixtures/service.mjs';
import { toolNames } from '../fixtures/tool-names.mjs';

const docs = path.join(root, 'docs');
/** For readers of the package; what is for contributors compiles and measures for hours. */
const documents = markdownFiles().filter((name) => /^(README|models\/README|docs\/[\w-]+)\.md$/.test(name));
/** What their samples leave, at least. */
const made: Record<string, string[]> = {
  'docs/cli.md': ['faces.json', 'faces.csv', 'drawn', 'hidden', 'faces'],
  'docs/service.md': ['redacted.png'],
  'docs/library.md': ['drawn.jpeg', 'face-4.jpeg'],
};

/** What is not run here: it installs, needs Docker or a cluster, or takes many minutes. */
const notRun =
  /^(cd|docker|kubectl|npm|pnpm|sudo) |^export OPENCV4NODEJS|^node mark-faces|^npx opencv-face-detector build$/;

/**
 * Films are read where ffmpeg is; cameras are nowhere, but a browser's, for which test/web/camera.test.mts runs the sample; jobs with films are
 * those of test/cli/jobs-films.test.mts.
 */
const isLeftOut = (text: string) =>
  notRun.test(text) || /rtsp:|mediaDevices|--films/.test(text) || (/film\.mp4/.test(text) && !hasFfmpeg());
const isRun = (sample: Sample) =>
  sample.lang === 'sh' ? linesOf(sample).some((line) => !isLeftOut(line)) : !isLeftOut(sample.text);
const asksQueue = ({ text }: Sample) => /enqueue|jobs status|bullmq'/.test(text);

describe('what the documents print', () => {
  let folder: string;
  let service: Service;
  let redis: Redis | undefined;
  before(async function () {
    needWeights(this);
    if (!existsSync(docs)) skip(this, 'docs/ is not here');
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    service = await startService({ WORKERS: '1' });
    // A reader's folder: a clone as far as its pictures go, photographs, and the package installed.
    cpSync(path.join(docs, 'images'), path.join(folder, 'docs', 'images'), { recursive: true });
    mkdirSync(path.join(folder, 'photos', 'more'), { recursive: true });
    const photo = await toSharp(standardPicture()).jpeg().toBuffer();
    for (const name of ['photo.jpg', 'photos/a.jpg', 'photos/more/b.jpg'])
      writeFileSync(path.join(folder, name), photo);
    if (hasFfmpeg()) writeFilm(path.join(folder, 'film.mp4'), walking(20), '-movflags', '+faststart');
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(root, path.join(folder, 'node_modules', 'opencv-face-detector'));
    for (const name of ['@opentelemetry', '@types', 'bullmq', 'ws'])
      symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
    // As npx finds the package without a registry, and curl that tells of an error status.
    const curl = runWell(folder, 'sh', ['-c', 'command -v curl']).trim();
    put('npx', `shift; exec "${process.execPath}" "${cliFile}" "$@"`);
    put('curl', `exec ${curl} --silent --show-error --fail-with-body "$@"`);
  });
  after(async () => {
    await killRunning();
    await service?.stop();
    await redis?.stop();
    if (folder) rmSync(folder, { recursive: true });
  });

  function put(command: string, script: string) {
    mkdirSync(path.join(folder, 'bin'), { recursive: true });
    writeFileSync(path.join(folder, 'bin', command), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, 'bin', command), 0o755);
  }

  /** A line as it is typed here: the service, Redis and photographs are elsewhere. */
  const here = (line: string) =>
    line
      .replaceAll('http://127.0.0.1:8000', service.origin)
      .replaceAll('ws://127.0.0.1:8000', service.origin.replace('http', 'ws'))
      .replaceAll(/redis:\/\/127\.0\.0\.1(:6379)?/g, redis?.url ?? 'redis://nowhere')
      .replaceAll('https://example.org/', `file://${folder}/`);
  const environment = () => ({ ...process.env, PATH: `${path.join(folder, 'bin')}:${process.env.PATH}` });

  /** Types the lines of a sample; what it says that the last one prints must be what that prints. */
  function type(sample: Sample) {
    const exported: string[] = [];
    let printed = '';
    for (const line of linesOf(sample).filter((one) => !isLeftOut(one))) {
      if (line.startsWith('export ')) exported.push(line);
      const script = [...exported, line].map(here).join('\n');
      const options = { cwd: folder, env: environment(), encoding: 'utf8' } as const;
      if (line.includes(' worker ')) {
        track(spawn('sh', ['-c', script.replace(/^npx /m, 'exec npx ')], options));
        continue;
      }
      const { status, stdout, stderr } = spawnSync('sh', ['-c', script], options);
      expect(status, `${line}: ${stderr}`).to.equal(0);
      printed = stdout;
    }
    const { answer = printed } = sample;
    expect(isSameAnswer(answer, printed), `${answer}\nis printed for\n${printed}`).to.equal(true);
  }

  /** Runs a sample in JavaScript, which must print figures where it prints; one in TypeScript is checked as well. */
  function run(sample: Sample, name: string) {
    const { lang } = sample;
    const text = here(sample.text);
    const file = `${name}.${lang === 'ts' ? 'mjs' : lang}`;
    writeFileSync(path.join(folder, file), text);
    if (lang === 'ts') {
      writeFileSync(path.join(folder, `${name}.mts`), text);
      const settings = ['--strict', '--noEmit', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
      runWell(folder, process.execPath, [tsc, '--ignoreConfig', ...settings, '--types', 'node', `${name}.mts`]);
    }
    const printed = runWell(folder, process.execPath, [file], { QUEUE_URL: redis?.url ?? '' });
    if (text.includes('console.log')) expect(printed).to.match(/^[\d.]+/);
  }

  function tryAll(samples: Sample[]) {
    for (const [i, sample] of samples.entries()) {
      if (sample.lang === 'sh') type(sample);
      else run(sample, `sample-${i}`);
    }
  }

  // An answer was that of another call, for a picture that no reader has; samples named what was nowhere.
  for (const file of documents) {
    const samples = existsSync(path.join(root, file)) ? samplesIn(path.join(root, file)) : [];
    const own = samples.filter((sample) => isRun(sample) && !asksQueue(sample));
    const ofJobs = samples.filter(asksQueue);
    const titled = (what: string) => `in ${file} ${what}`;
    if (own.length > 0)
      it(titled('runs, and answers what it says'), () => {
        tryAll(own);
        expect(readdirSync(folder)).to.include.members(made[file] ?? []);
      }).timeout(240_000);
    if (ofJobs.length > 0)
      it(titled('about bulk jobs runs'), async function () {
        needRedis(this);
        redis = await startRedis();
        rmSync(path.join(folder, 'faces.ndjson'), { force: true });
        tryAll(ofJobs);
        await killRunning();
        await redis.stop();
        redis = undefined;
        const lines = readFileSync(path.join(folder, 'faces.ndjson'), 'utf8').trim().split('\n');
        expect(lines.map((line) => JSON.parse(line).faces?.length)).to.deep.equal([4, 4]);
        rmSync(path.join(folder, 'results'), { recursive: true });
      }).timeout(240_000);
  }

  it('has answers, and samples of each kind', () => {
    const samples = documents.flatMap((file) => samplesIn(path.join(root, file)));
    expect(samplesIn(path.join(root, 'README.md')).map(({ lang }) => lang)).to.include.members(['sh', 'ts']);
    expect(new Set(samples.map(({ lang }) => lang))).to.include.all.keys('sh', 'ts', 'cjs');
    expect(samples.filter(({ answer }) => answer !== undefined).length).to.be.above(1);
    expect(isSameAnswer('{"x":1.5,\n "y":2}', '{"x":1.5004,"y":2}')).to.equal(true);
    expect(isSameAnswer('{"x":1.5,"y":2}', '{"x":1.5,"y":3}')).to.equal(false);
    expect(isSameAnswer('{"x":1.5}', '{"z":1.5}')).to.equal(false);
  });

  it('names only scripts that there are', () => {
    for (const file of markdownFiles()) {
      const own = path.join(root, path.dirname(file), 'package.json'); // an example may be a package
      const { scripts } = JSON.parse(readFileSync(existsSync(own) ? own : path.join(root, 'package.json'), 'utf8'));
      for (const [, name = '', tool = 'NAME'] of readDocument(file).matchAll(/npm run ([\w:]+)(?: -- ([\w-]+))?/g)) {
        expect(scripts, file).to.have.property(name);
        if (name === 'tools' && tool !== 'NAME') expect(toolNames, file).to.include(tool);
      }
    }
  });
});
