import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, skip } from '../fixtures/available.mjs';
import { runWell } from '../fixtures/commands.mjs';
import { projectWithPackage } from '../fixtures/project-with-package.mjs';

const program = `
import { FaceDetector } from 'opencv-face-detector';
const detector = await FaceDetector.create();
const { faces } = await detector.detect('faces.png');
const aborted = await detector.detect('faces.png', { signal: AbortSignal.abort('no') }).catch((reason) => reason);
const refused = await detector.detect(new Uint8Array(100)).catch(({ code }) => code);
const { format } = await detector.redact('faces.png');
await detector.close();
console.log(JSON.stringify({ faces: faces.length, landmarks: Object.keys(faces[0].landmarks).length, aborted, refused, format }));
`;

/** How each runs a program with all permissions. */
const runtimes: Record<string, string[]> = { bun: ['run'], deno: ['run', '--allow-all'] };

describe('the package in other runtimes', () => {
  let project: string;
  before(function () {
    needWeights(this);
    project = projectWithPackage('other-runtimes');
    writeFileSync(path.join(project, 'program.mjs'), program);
  });

  for (const [runtime, args] of Object.entries(runtimes)) {
    it(`finds faces, aborts, refuses and makes pictures in ${runtime}`, function () {
      if (spawnSync(runtime, ['--version']).error) skip(this, `${runtime} is not installed`);
      expect(JSON.parse(runWell(project, runtime, [...args, 'program.mjs']))).to.deep.equal({
        faces: 4,
        landmarks: 5,
        aborted: 'no',
        refused: 'UNSUPPORTED_FORMAT',
        format: 'png',
      });
    });
  }
});
