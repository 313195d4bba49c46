// How well faces are followed and hidden in films drawn by code, whose faces are known.
//
//   npm run tools -- evaluate-films [--model mtcnn | yunet] [--models-dir DIR] [--scene NAME ...] [--every 1,3] [--json] [--write]
//
// Each scene (tools/lib/film/scenes.mjs) is searched frame by frame, and followed with a search of every frame and of every third. --write
// puts the table into docs/quality.md, which says what its columns are; it needs all scenes. Two to three minutes a model.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/steps.mjs';
import { scenes } from '../lib/film/scenes.mjs';
import { FaceDetector } from '../lib/library.mjs';
import { table } from './report.mjs';
import { figures, searchScene, trackScene } from './run.mjs';

function usage(message) {
  console.error(`evaluate-films: ${message}`);
  process.exit(2);
}

function parse() {
  try {
    return parseArgs({
      options: {
        model: { type: 'string', default: 'mtcnn' },
        'models-dir': { type: 'string' },
        scene: { type: 'string', multiple: true },
        every: { type: 'string', default: '1,3' },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return usage(error.message);
  }
}

const { values } = parse();
const unknown = values.scene?.find((name) => !scenes.some((scene) => scene.name === name));
if (unknown !== undefined) usage(`there is no scene "${unknown}": ${scenes.map(({ name }) => name).join(', ')}`);
const everys = values.every.split(',').map(Number);
if (!everys.every((every) => Number.isInteger(every) && every >= 1))
  usage('--every must be integers from 1, separated by commas');
if (values.write && (values.scene || values.every !== '1,3')) usage('--write needs all scenes, searched as by default');
const chosen = scenes.filter(({ name }) => values.scene?.includes(name) ?? true);

const options = { model: values.model, modelsDir: values['models-dir'] };
const detector = await FaceDetector.create(options).catch((error) => usage(error.message));

const results = [];
for (const scene of chosen) {
  console.error(`${scene.name}: ${scene.about}`);
  const searched = await searchScene(detector, scene);
  const all = [];
  for (const every of everys) all.push(figures(searched, await trackScene(detector, scene, every)));
  results.push({ scene, all });
}
await detector.close();

function write(text) {
  const file = path.join(root, 'docs', 'quality.md');
  const mark = `films ${values.model}`;
  const before = readFileSync(file, 'utf8');
  const parts = new RegExp(`(<!-- ${mark} -->\n)[\\s\\S]*?(<!-- /${mark} -->)`);
  if (!parts.test(before)) usage(`docs/quality.md has no table of ${values.model}`);
  writeFileSync(
    file,
    before.replace(parts, (_all, start, end) => `${start}\n${text}\n\n${end}`),
  );
}

const text = table(results);
console.log(values.json ? JSON.stringify(results, undefined, 2) : text);
if (values.write) write(text);
