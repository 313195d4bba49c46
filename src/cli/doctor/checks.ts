import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { buildNeeds } from '../../library/build-needs.js';
import { FaceDetector } from '../../library/detector.js';
import { drawFaces } from '../../library/drawn-faces.js';
import { currentTarget, isSupported, loadAddon } from '../../library/load-addon.js';
import type { LoadedModel } from '../../library/loaded-models.js';
import {
  defaultModelsDir,
  fetchCommand,
  hasKernels,
  type ModelName,
  manifestModel,
} from '../../library/model-catalog.js';
import { loadModelFiles } from '../../library/weights/load.js';
import { type Config, readConfig } from '../../service/config.js';
import { allowedCores, cgroupQuota } from '../../system/cores.js';
import { packageRoot } from '../../system/package-root.js';

/** One checked thing. `advice`: it works, but could work better. */
export interface Check {
  status: 'ok' | 'advice' | 'missing';
  subject: string;
  found: string;
  /** A command to run, or what else to do. */
  fix?: string;
}

const ok = (subject: string, found: string): Check => ({ status: 'ok', subject, found });
const missing = (subject: string, found: string, fix: string): Check => ({ status: 'missing', subject, found, fix });
const advice = (subject: string, found: string, fix: string): Check => ({ status: 'advice', subject, found, fix });
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function node(): Check {
  const { engines } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(engines.node) ?? []).slice(1).map(Number);
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  const isNew = ownMajor > major || (ownMajor === major && ownMinor >= minor);
  const found = `${process.version} (${engines.node} is needed)`;
  return isNew
    ? ok('Node.js', found)
    : missing('Node.js', found, 'nvm install --lts, or a package from https://nodejs.org');
}

const canRun = (command: string) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const existsUnder = (...tails: string[]) => {
  return ['/usr', '/usr/local', '/opt/homebrew'].some((prefix) =>
    tails.some((tail) => existsSync(path.join(prefix, tail))),
  );
};

/** Debian keeps some headers in a folder named after the architecture. */
function hasHeader(file: string): boolean {
  return existsUnder(`include/${file}`, `include/x86_64-linux-gnu/${file}`, `include/aarch64-linux-gnu/${file}`);
}

const isInstalled: Record<(typeof buildNeeds)[number]['name'], () => boolean> = {
  'C++ compiler': () => canRun('c++'),
  'make or Ninja': () => canRun('make') || canRun('ninja'),
  CMake: () => canRun('cmake'),
  OpenCV: () =>
    Boolean(process.env['OpenCV_DIR']) || existsUnder('include/opencv4/opencv2/dnn.hpp', 'include/opencv2/dnn.hpp'),
  Highway: () => existsUnder('include/hwy/highway.h'),
  'libjpeg-turbo': () => hasHeader('jpeglib.h'),
  libpng: () => hasHeader('png.h'),
  libtiff: () => hasHeader('tiffio.h'),
  libwebp: () => hasHeader('webp/decode.h'),
};

/** The tools and libraries to build the addon. */
function* buildTools(): Generator<Check> {
  for (const { name, debian, macOs } of buildNeeds) {
    const onDebian = `sudo apt-get install -y ${debian} (Debian, Ubuntu; elsewhere the package of that name)`;
    const fix = process.platform === 'darwin' ? macOs : onDebian;
    yield isInstalled[name]()
      ? ok(name, 'there, to build the addon')
      : missing(name, 'not there, to build the addon', fix);
  }
}

/** The service's settings, which determine what is needed; the defaults if they are invalid. */
function settings(): { config: Config; check: Check } {
  try {
    return { config: readConfig(process.env), check: ok('settings', 'those in the environment are valid') };
  } catch (error) {
    const fix = 'npx opencv-face-detector serve --help';
    return { config: readConfig({}), check: missing('settings', messageOf(error), fix) };
  }
}

async function weights(model: ModelName, modelsDir = defaultModelsDir): Promise<Check> {
  try {
    await loadModelFiles(model, modelsDir);
    return ok('weights', `${model}: there, SHA-256 verified (${manifestModel(model).licence})`);
  } catch (error) {
    return missing('weights', messageOf(error), fetchCommand(model, modelsDir));
  }
}

async function haar(isNeeded: boolean, modelsDir: string | undefined): Promise<Check> {
  try {
    await loadModelFiles('haar', modelsDir);
    return ok('Haar cascade', 'there, as a model that needs no weights');
  } catch {
    const fix = process.platform === 'darwin' ? 'brew install opencv@4' : 'sudo apt-get install -y opencv-data';
    if (isNeeded) return missing('Haar cascade', 'not there', fix);
    return advice('Haar cascade', 'not there; only the model haar needs it', fix);
  }
}

function cores(): Check {
  const quota = cgroupQuota();
  const limits = [
    `${cpus().length} in the machine`,
    `${availableParallelism()} for this process`,
    Number.isFinite(quota) ? `a quota of ${quota.toFixed(1)}` : 'no quota',
  ];
  return ok('cores', `${allowedCores()} will be used: ${limits.join(', ')}`);
}

function pool(): Check {
  const size = process.env['UV_THREADPOOL_SIZE'];
  const wanted = allowedCores() + 2;
  if (size === undefined) return ok('thread pool', 'UV_THREADPOOL_SIZE is not set: each command takes what it needs');
  if (Number(size) >= wanted) return ok('thread pool', `UV_THREADPOOL_SIZE is ${size}`);
  return advice('thread pool', `UV_THREADPOOL_SIZE is ${size}: not all cores can search`, 'unset UV_THREADPOOL_SIZE');
}

function engineOf({ name, engine, engineReason }: LoadedModel): Check {
  if (engine === 'fused' || !hasKernels(name)) return ok('engine', `${name} by ${engine}: ${engineReason}`);
  return advice(
    'engine',
    `${name} by ${engine}, which is several times slower than fused: ${engineReason}`,
    'npx opencv-face-detector bench',
  );
}

/** Loads the models and searches a drawn face with each: the final test. */
async function* search(models: readonly ModelName[], modelsDir: string | undefined): AsyncGenerator<Check> {
  try {
    const detector = await FaceDetector.create({ models, modelsDir });
    const picture = drawFaces(400, 300, [{ x: 200, y: 150, height: 160 }]);
    for (const model of detector.models) {
      yield engineOf(model);
      const { faces, timings } = await detector.detect(picture, { model: model.name });
      yield faces.length === 1
        ? ok('search', `${model.name} finds a drawn face (${timings.total.toFixed(0)} ms)`)
        : missing(
            'search',
            `${model.name} finds ${faces.length} faces where one is drawn`,
            'npx opencv-face-detector build',
          );
    }
    await detector.close();
  } catch (error) {
    yield missing('search', messageOf(error), 'npx opencv-face-detector build');
  }
}

/** Runs the checks one by one. Never throws: a failure becomes a check. */
export async function* examine(): AsyncGenerator<Check> {
  yield node();
  let hasAddon = false;
  try {
    const { opencvVersion } = loadAddon();
    hasAddon = true;
    yield ok('native addon', `loads on ${currentTarget()}, with OpenCV ${opencvVersion}`);
  } catch (error) {
    if (!isSupported()) {
      yield missing('native addon', messageOf(error), 'docker run (see "In containers" in docs/deployment.md)');
      return;
    }
    yield* buildTools();
    yield missing('native addon', messageOf(error), 'npx opencv-face-detector build');
  }
  const { config, check } = settings();
  yield check;
  const models: readonly ModelName[] = config.models.length > 0 ? config.models : ['mtcnn'];
  let hasWeights = true;
  for (const model of models.filter((name) => name !== 'haar')) {
    const verified = await weights(model, config.modelsDir);
    hasWeights &&= verified.status === 'ok';
    yield verified;
  }
  yield await haar(models.includes('haar'), config.modelsDir);
  yield cores();
  yield pool();
  if (hasAddon && hasWeights) yield* search(models, config.modelsDir);
}
