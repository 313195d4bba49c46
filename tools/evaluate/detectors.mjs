import { defaultModelsDir, defaultSources, FaceDetector } from '../lib/library.mjs';

/**
 * A detector of one slot and one thread, its weights from `models/`, else from where `models fetch` would copy them.
 * Rejects with FaceDetectorError MODEL_MISSING and so on.
 */
export async function createDetector(model, options = {}) {
  let missing;
  for (const modelsDir of [defaultModelsDir, ...defaultSources()]) {
    try {
      return await FaceDetector.create({ ...options, model, modelsDir, slots: 1, threads: 1 });
    } catch (error) {
      if (error.code !== 'MODEL_MISSING') throw error;
      missing ??= error;
    }
  }
  throw missing;
}

/**
 * Detectors of all models; where `named` is false, of those whose weights are here, and why others are left out goes to `onLeftOut`.
 */
export async function createDetectors(models, named, options, onLeftOut) {
  const detectors = [];
  for (const model of models) {
    try {
      detectors.push(await createDetector(model, options));
    } catch (error) {
      if (named || error.code !== 'MODEL_MISSING') throw error;
      onLeftOut(model, error.message);
    }
  }
  return detectors;
}
