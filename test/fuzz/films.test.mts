import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { needFfmpeg, walking, writeFilm } from '../fixtures/film-files.mjs';
import { type Service, startService, workerPids } from '../fixtures/service.mjs';
import { changed, changes } from './changes.mjs';
import { hold } from './hold.mjs';

const containers = ['walk.mp4', 'walk.mkv', 'walk.avi', 'walk.ts', 'walk.flv', 'walk.gif'];
const queries = [
  '',
  'searchEvery=change',
  'searchEvery=7&maxGap=0',
  'minFaceSize=12&threshold=0',
  'maxSide=12',
  'searchEvery=x',
];

describe('fuzzing: films sent to the service', () => {
  let service: Service | undefined;
  let workers: number[];
  let films: Buffer[];
  before(async function () {
    needFfmpeg(this);
    const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    films = containers.map((name) => {
      const file = path.join(folder, name);
      const codec = name.endsWith('.gif') ? ['-c:v', 'gif', '-pix_fmt', 'rgb8'] : [];
      writeFilm(file, walking(4), ...codec);
      return readFileSync(file);
    });
    rmSync(folder, { recursive: true });
    service = await startService({ WORKERS: '1', MAX_VIDEO_BYTES: '10000000', MAX_VIDEO_FRAMES: '50' });
    workers = workerPids(service);
  });
  after(() => service?.stop());

  it('are answered with their frames or why not, and the service lives on', () =>
    hold(
      fc.asyncProperty(
        fc.nat(containers.length - 1),
        changes,
        fc.constantFrom(...queries),
        async (which, how, query) => {
          const body = new Uint8Array(changed(films[which] ?? Buffer.alloc(0), how));
          const response = await fetch(`${service?.origin}/v1/tracks?${query}`, { method: 'POST', body });
          const text = await response.text();
          expect([200, 400, 413, 422], text.slice(0, 300)).to.include(response.status);
          for (const line of text.trimEnd().split('\n')) {
            const { error, code } = JSON.parse(line) as { error?: { code: string }; code?: string };
            expect([undefined, 'FILM_UNREADABLE', 'FILM_TOO_LONG', 'TOO_MANY_PIXELS', 'INVALID_OPTION']).to.include(
              error?.code ?? code,
            );
          }
          expect(workerPids(service as Service)).to.deep.equal(workers);
        },
      ),
      60,
    ));
});
