import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FaceDetectorError } from '../face-detector-error.js';
import {
  defaultModelsDir,
  fetchCommand,
  folderOf,
  haarOrigin,
  type ModelName,
  manifestModel,
} from '../model-catalog.js';
import { missingFlag } from '../permission.js';
import { folderSource } from './folder-source.js';

// Where Debian, Ubuntu and Homebrew install OpenCV's data package.
const haarFolders = [
  '/usr/share/opencv4/haarcascades',
  '/usr/share/opencv/haarcascades',
  '/usr/local/share/opencv4/haarcascades',
  '/opt/homebrew/opt/opencv@4/share/opencv4/haarcascades',
  '/usr/local/opt/opencv@4/share/opencv4/haarcascades',
];
const haarFile = 'haarcascade_frontalface_default.xml';

async function loadHaar(modelsDir: string): Promise<Record<string, Uint8Array>> {
  const denied: string[] = [];
  for (const folder of [path.join(modelsDir, 'haar'), ...haarFolders]) {
    try {
      return { [haarFile]: await readFile(path.join(folder, haarFile)) };
    } catch (error) {
      if (missingFlag(error)) denied.push(folder);
    }
  }
  const flags = denied.map((folder) => `--allow-fs-read=${folder}`).join(', ');
  const remedy = flags && `. If it is installed, allow Node.js to read it with one of ${flags}`;
  throw new FaceDetectorError('MODEL_MISSING', `${haarFile} was not found. It ${haarOrigin}${remedy}`);
}

/**
 * The verified files of a model, by name; mtcnn's are converted from the published Caffe files if the folder has only
 * those.
 * Throws FaceDetectorError MODEL_MISSING or MODEL_INVALID, naming the file and the command that fixes it.
 */
export async function loadModelFiles(
  model: ModelName,
  modelsDir = defaultModelsDir,
): Promise<Record<string, Uint8Array>> {
  if (model === 'haar') return loadHaar(modelsDir);
  const published = manifestModel(model);
  const source = folderSource(modelsDir, published);
  const files: Record<string, Uint8Array> = {};
  for (const file of published.files.filter(({ name }) => name !== 'LICENSE')) {
    const { bytes, fault, isDenied } = await source.offer(file);
    if (!bytes) {
      const remedy = isDenied ? '' : `. Fetch them: ${fetchCommand(model, modelsDir)}`;
      throw new FaceDetectorError(
        fault ? 'MODEL_INVALID' : 'MODEL_MISSING',
        `weights ${folderOf(published)}/${file.name}: ${fault ?? 'not there'}${remedy}`,
      );
    }
    files[file.name] = bytes;
  }
  return files;
}
