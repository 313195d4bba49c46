// Copied into a project that has installed the package (and sharp): what a user of it would do first. Prints one line of JSON;
// throws where anything is not as promised. Not a test file itself: package.slow.test.mts and tools/prebuild-verify.mjs run it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { isMainThread, Worker } from 'node:worker_threads';
import { FaceDetector } from 'opencv-face-detector';

const image = readFileSync('faces.png');
const expect = (isTrue, what) => {
  if (!isTrue) throw new Error(what);
};

async function find() {
  const detector = await FaceDetector.create();
  const { faces } = await detector.detect(image);
  await detector.close();
  return faces;
}

/** In each of the formats that both libraries carry a codec for. */
async function bySharp(sharp) {
  const formats = ['jpeg', 'png', 'webp', 'tiff'];
  const encoded = await Promise.all(formats.map((format) => sharp(image).resize(640).toFormat(format).toBuffer()));
  return encoded.map((bytes) => createHash('sha256').update(bytes).digest('hex')).join();
}

const script = (text) => new Worker(text, { eval: true, stdout: true });

/** A process-wide library loaded first by the other thread must be no obstacle. */
async function inThreads(faces) {
  const answers = [0, 1].map(
    () =>
      new Promise((resolve, reject) => {
        const worker = script(`
          const { parentPort } = require('node:worker_threads');
          const { FaceDetector } = require('opencv-face-detector');
          FaceDetector.create().then(async (detector) => {
            parentPort.postMessage((await detector.detect('faces.png')).faces);
            await detector.close();
          });`);
        worker.once('message', resolve).once('error', reject);
      }),
  );
  for (const answer of await Promise.all(answers)) {
    expect(isDeepStrictEqual(answer, faces), 'a worker thread has found other faces');
  }
}

expect(isMainThread, 'to be run, not imported');
const required = createRequire(import.meta.url)('opencv-face-detector');
expect(required.FaceDetector === FaceDetector, 'import and require give two classes');
const faces = await find();
await inThreads(faces);

const { default: sharp } = await import('sharp');
const alone = await bySharp(sharp);
const [beside, again] = await Promise.all([bySharp(sharp), find(), find(), find()]);
expect(beside === alone, 'sharp encodes otherwise while faces are searched');
expect(isDeepStrictEqual(again, faces), 'other faces while sharp encodes');
console.log(JSON.stringify({ faces: faces.length, node: process.versions.node }));
