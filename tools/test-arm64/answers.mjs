// Prints as JSON what both engines answer to the image files named: for compare-answers.mjs, in Node.js of any machine.
import path from 'node:path';
import { FaceDetector } from '#dist/index.js';

const answers = [];
for (const engine of ['fused', 'opencv']) {
  const detector = await FaceDetector.create({ engine });
  for (const file of process.argv.slice(2)) {
    const { faces } = await detector.detect(file, { clip: false });
    answers.push({ engine, file: path.basename(file), faces });
    process.stderr.write('.');
  }
  await detector.close();
}
process.stderr.write('\n');
console.log(JSON.stringify({ arch: process.arch, answers }));
