import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root } from '../fixtures/available.mjs';
import { runIn, runWell } from '../fixtures/commands.mjs';
import { projectWithPackage } from '../fixtures/project-with-package.mjs';

const program = `
import { type Detection, type DetectOptions, FaceDetector, FaceDetectorError, type ImageInput } from 'opencv-face-detector';
const options: DetectOptions = { minFaceSize: 40, sort: 'area', maxFaces: undefined };
const input: ImageInput = 'faces.png';
async function main(): Promise<void> {
  await using detector = await FaceDetector.create(options);
  const signal: AbortSignal | undefined = options.clip ? undefined : AbortSignal.timeout(60_000);
  const found: Detection = await detector.detect(input, { signal });
  const x: number | undefined = found.faces[0]?.landmarks?.leftEye.x;
  const redacted: Uint8Array = (await detector.redact(input, { mode: 'fill', format: 'jpeg', signal })).data;
  if (redacted[0] !== 0xff) throw new Error('no JPEG');
  try {
    await detector.detect(new Uint8Array(0));
  } catch (error) {
    if (error instanceof FaceDetectorError && error.code === 'EMPTY_IMAGE') console.log(found.faces.length, typeof x);
  }
}
// @ts-expect-error there is no such option
const wrong: DetectOptions = { minFacesize: 40 };
void main().then(() => wrong);
`;

// 5.2 is the oldest: it brought Symbol.asyncDispose, which the detector has. 7 has a compiler and no API.
const compilers = { '5.2': 'typescript-oldest', '6': 'typescript', '7': 'typescript-newest' };

const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--target', 'es2020'];
const withNode = ['--lib', 'es2020', '--typeRoots', path.join(root, 'node_modules', '@types'), '--types', 'node'];
const both = ['program.mts', 'program.cts'];
const resolutions: Record<string, string[]> = {
  nodenext: ['--module', 'nodenext', ...both],
  'nodenext, with @types/node': ['--noEmit', '--module', 'nodenext', ...withNode, ...both],
  node16: ['--noEmit', '--module', 'node16', ...both],
  bundler: ['--noEmit', '--module', 'esnext', '--moduleResolution', 'bundler', 'program.ts'],
};

describe('the types of the packed package', () => {
  let project: string;
  before(function () {
    needWeights(this);
    project = projectWithPackage('types');
    for (const ending of ['ts', 'mts', 'cts']) writeFileSync(path.join(project, `program.${ending}`), program);
  });

  for (const [version, compiler] of Object.entries(compilers)) {
    const tsc = path.join(root, 'node_modules', compiler, 'bin', 'tsc');

    // Optional properties could not be undefined, and names were used that ES2020 or a project without @types/node has not.
    for (const [resolution, flags] of Object.entries(resolutions)) {
      it(`pass TypeScript ${version} as strictly as can be, resolved as ${resolution}`, () => {
        const outcome = runIn(project, process.execPath, [tsc, ...strict, ...flags]);
        expect(outcome).to.deep.equal({ status: 0, output: '' });
      });
    }

    it(`make programs of both module systems that run, by TypeScript ${version}`, () => {
      expect(runWell(project, process.execPath, [tsc, '--version'])).to.include(`Version ${version}.`);
      for (const file of ['program.mjs', 'program.cjs'])
        expect(runWell(project, process.execPath, [file])).to.match(/^[1-4] number\n$/);
    });
  }
});
