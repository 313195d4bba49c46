// What other packages find, for `--peers FOLDER`: face-api by WebAssembly, as its documentation sets it up, on one thread.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** What `npm install` must have put into the folder. */
export const peerPackages = ['@vladmandic/face-api', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', 'sharp'];

const models = {
  'face-api-ssd': { net: 'ssdMobilenetv1', options: 'SsdMobilenetv1Options', threshold: 'minConfidence' },
  'face-api-tiny': { net: 'tinyFaceDetector', options: 'TinyFaceDetectorOptions', threshold: 'scoreThreshold' },
};
// Of both, where none is given.
const defaultThreshold = 0.5;

/** Loads modules of that folder. */
function requireFrom(folder) {
  const missing = peerPackages.find((name) => !existsSync(path.join(folder, 'node_modules', name)));
  if (missing) throw new Error(`${folder} has no ${missing}: npm install --prefix ${folder} ${peerPackages.join(' ')}`);
  return createRequire(path.resolve(folder, 'package.json'));
}

/** Detectors that `evaluate` takes beside ours. Rejects where a package is missing. */
export async function createPeers(folder) {
  const require = requireFrom(folder);
  const sharp = require('sharp');
  const tf = require('@tensorflow/tfjs');
  const wasm = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}${path.sep}`);
  wasm.setThreadsCount(1);
  const root = path.dirname(require.resolve('@vladmandic/face-api/package.json'));
  const faceApi = require(path.join(root, 'dist', 'face-api.node-wasm.js'));
  await tf.setBackend('wasm');
  await tf.ready();

  async function tensorOf(bytes) {
    const { data, info } = await sharp(bytes)
      .rotate()
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return tf.tensor3d(data, [info.height, info.width, info.channels], 'int32');
  }

  return Promise.all(
    Object.entries(models).map(async ([model, { net, options, threshold: name }]) => {
      await faceApi.nets[net].loadFromDisk(path.join(root, 'model'));
      const detect = async (bytes, { threshold = defaultThreshold, maxFaces = 1000 } = {}) => {
        const begin = performance.now();
        const image = await tensorOf(bytes);
        const how = { [name]: threshold, ...(net === 'ssdMobilenetv1' && { maxResults: maxFaces }) };
        const found = await faceApi.detectAllFaces(image, new faceApi[options](how));
        image.dispose();
        const faces = found.map(({ box: { x, y, width, height }, score }) => ({
          box: { x, y, width, height },
          confidence: score,
        }));
        return { faces, timings: { queue: 0, total: performance.now() - begin } };
      };
      return { model, threshold: defaultThreshold, detect };
    }),
  );
}
