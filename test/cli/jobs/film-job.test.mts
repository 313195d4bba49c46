import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Job } from 'bullmq';
import { UnrecoverableError, WaitingError } from 'bullmq';
import { expect } from 'chai';
import { type JobContext, jobProcessor } from '#dist/cli/jobs/process-job.js';
import { needFfmpeg, walking, writeFilm } from '../../fixtures/film-files.mjs';
import { rejection } from '../../fixtures/rejection.mjs';

describe('a job with a film', () => {
  let folder: string;
  let process: ReturnType<typeof jobProcessor>;
  const at = (...parts: string[]) => path.join(folder, ...parts);
  before(function () {
    needFfmpeg(this);
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'faces-')));
    mkdirSync(at('root'));
    mkdirSync(at('made', 'films'), { recursive: true });
    writeFilm(at('root', 'a.mp4'), walking(3));
    mkdirSync(at('root', 'full'));
    copyFileSync(at('root', 'a.mp4'), at('root', 'full', 'a.mp4'));
    writeFileSync(at('root', 'broken.mp4'), 'no film');
    process = jobProcessor({
      detector: { slots: 1, detect: async () => ({ faces: [] }) } as unknown as JobContext['detector'],
      bullmq: { UnrecoverableError, WaitingError },
      root: at('root'),
      maxBytes: 5,
      films: at('made', 'films'),
      results: undefined,
      signal: new AbortController().signal,
      giveUp: () => undefined,
    });
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  const run = (data: object) =>
    process({ id: 'i', data, opts: {}, attemptsMade: 0, stalledCounter: 0 } as unknown as Job, 't');

  // The path of the job was joined to --films as it was: `../root/a.mp4` wrote beside the film, or anywhere.
  it('writes nowhere but below --films, whatever way leads to the film', async () => {
    for (const film of ['../root/a.mp4', path.join(folder, 'root', 'a.mp4'), 'sub/.././a.mp4']) {
      expect(await run({ film }), film).to.include({ file: film, output: 'a.mp4.ndjson', frames: 3 });
      expect(await run({ film, redact: {} }), film).to.include({ file: film, output: 'a.mp4', frames: 3 });
      expect(readdirSync(at('made', 'films')).sort(), film).to.deep.equal(['a.mp4', 'a.mp4.ndjson']);
      rmSync(at('made', 'films', 'a.mp4'));
      rmSync(at('made', 'films', 'a.mp4.ndjson'));
    }
    expect(readdirSync(at('root')).sort()).to.deep.equal(['a.mp4', 'broken.mp4', 'full']);
    expect(existsSync(at('made', 'root'))).to.equal(false);
  });

  // ffmpeg names the file that it reads, and errors of the file system the one that is written.
  it('fails with no path but its own, as a job with an image does', async () => {
    const reasons = {
      'broken.mp4': /^FILM_UNREADABLE: .*broken\.mp4/s,
      'full/a.mp4': /^(ENOTDIR|EEXIST): [^,]*: full\/a\.mp4$/,
    };
    writeFileSync(at('made', 'films', 'full'), 'a file where the folder should be');
    for (const [film, reason] of Object.entries(reasons)) {
      for (const more of [{}, { redact: {} }]) {
        const { message } = await rejection(run({ film, ...more }));
        expect(message).to.match(reason).and.not.include(folder);
      }
    }
  });
});
