// What the models find and miss on a folder of images, and how long they take; --help says more.
//
// Against what people have marked there, or against what the first model finds. Results go to standard output. Ends with 1 where an image
// is missing or cannot be searched, 2 on wrong usage or where it cannot begin, 130 on Ctrl-C (with the figures of the images so far).
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  extensions,
  filesBelow,
  interruption,
  parseFlags,
  plural,
  progress,
  UsageError,
} from '../lib/command-line.mjs';
import { engineChoices, modelNames, optionTable } from '../lib/library.mjs';
import { parseAnnotations } from './annotations.mjs';
import { createDetectors } from './detectors.mjs';
import { figures } from './figures.mjs';
import { measureMemory, memoryReport } from './memory.mjs';
import { createPeers, peerPackages } from './peers.mjs';
import { report } from './report.mjs';
import { run } from './run.mjs';

const usage = `npm run tools -- evaluate FOLDER [--annotations FILE] [FLAG ...]
npm run tools -- evaluate --memory IMAGE [--models a,b] [--json]

  --annotations FILE   boxes of WIDER FACE (wider_face_val_bbx_gt.txt), ellipses of FDDB (FDDB-fold-01-ellipseList.txt),
                       or answers of a detector as JSON: { "a.jpg": { "faces": [{ "box": [x1, y1, x2, y2] }] } };
                       in pixels of the image as displayed; images that it does not name are not searched. Without it, all
                       images below the folder are, and what the first model finds stands in for what is marked
  --models a,b         of ${modelNames.join(', ')};
                       default: all whose weights are here
  --iou N              overlap, intersection over union, from which a box is a face's (0.5)
  --rounds N           times that each image is searched, of which the least counts (1)
  --engine, --min-face-size, --max-side   as of detect
  --peers DIR          face-api as well, installed there: npm install --prefix DIR ${peerPackages.join(' ')}
  --json               figures, also of each image, as one JSON document
  --memory IMAGE       measures memory instead, of a process for each model
`;
const text = { kind: 'text' };
const flags = {
  annotations: text,
  models: text,
  memory: text,
  peers: text,
  iou: { kind: 'number', min: 0.01, max: 1, default: 0.5 },
  rounds: { kind: 'integer', min: 1, max: 1000, default: 1 },
  engine: { kind: 'choice', choices: engineChoices },
  minFaceSize: optionTable.minFaceSize,
  maxSide: optionTable.maxSide,
  json: { kind: 'boolean', default: false },
  help: { kind: 'boolean', default: false },
};

function checkModels(names) {
  for (const name of names) {
    if (!modelNames.includes(name)) throw new UsageError(`there is no model "${name}": ${modelNames.join(', ')}`);
  }
  return names;
}

function readAnnotations(file) {
  const content = readFileSync(file, 'utf8');
  try {
    return parseAnnotations(content);
  } catch (error) {
    throw new Error(`${file}: ${error.message}`);
  }
}

/** Images with what is marked on them; without annotations all below the folder, by name. */
async function imagesOf(folder, annotations) {
  if (annotations) return readAnnotations(annotations);
  const names = [];
  for await (const file of filesBelow(folder, extensions)) names.push(path.relative(folder, file));
  if (names.length === 0) throw new Error(`${folder} has no images`);
  return names.sort().map((name) => ({ name }));
}

const complain = (line) => process.stderr.write(`evaluate: ${line}\n`);
const print = (json, value, forPeople) =>
  process.stdout.write(json ? `${JSON.stringify(value, undefined, 2)}\n` : forPeople(value));

/** Detectors of the models, or of all whose weights are here. */
async function load(models, options) {
  const leftOut = (model, reason) => complain(`${model} is left out: ${reason}`);
  const detectors = await createDetectors(models ?? modelNames, models !== undefined, options, leftOut);
  if (detectors.length === 0) throw new Error('there are no weights of any model');
  return detectors;
}

async function evaluate(folder, { annotations, models, peers, iou = 0.5, rounds = 1, json, ...options }, signal) {
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
  const images = await imagesOf(folder, annotations);
  const detectors = [...(await load(models, options)), ...(peers === undefined ? [] : await createPeers(peers))];
  const bar = progress(images.length, false);
  const failed = [];
  const done = await run(images, folder, detectors, {
    iou,
    rounds,
    signal,
    onImage: () => bar.step(),
    onFailure(name, reason) {
      failed.push({ name, reason });
      bar.around(() => complain(`${name}: ${reason}`));
    },
  });
  bar.stop();
  if (signal.aborted) complain(`interrupted after ${done.length} of ${plural(images.length, 'image')}`);
  const reference = annotations ? 'annotations' : detectors[0].model;
  if (done.length > 0)
    print(json, { iou, rounds, reference, ...figures(done, detectors, annotations !== undefined), failed }, report);
  if (failed.length > 0) complain(`left out: ${failed.length} of ${plural(images.length, 'image')}`);
  return failed.length > 0 ? 1 : 0;
}

async function main(signal) {
  const { given, rest } = parseFlags(process.argv.slice(2), flags);
  const { help, memory, models: names, ...settings } = given;
  const models = names && checkModels(names.split(','));
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  if (memory !== undefined) {
    const loaded = (await load(models)).map(({ model }) => model);
    print(settings.json, await measureMemory(loaded, memory, signal), memoryReport);
    return 0;
  }
  if (rest.length !== 1) throw new UsageError('a folder is needed');
  return evaluate(rest[0], { ...settings, models }, signal);
}

const signal = interruption();
process.exitCode = await main(signal).catch((error) => {
  complain(error.message);
  if (error instanceof UsageError) process.stderr.write(`\n${usage}`);
  return 2;
});
if (signal.aborted) process.exitCode = signal.reason.status ?? 1;
