// What tools take of the library, as it is compiled.
export { FaceDetector, FaceTracker, redactFilm } from '#dist/index.js';
export { optionTable } from '#dist/library/detect-options.js';
export { hiddenBoxes } from '#dist/library/films/smooth.js';
export { loadAddon } from '#dist/library/load-addon.js';
export { defaultModelsDir, modelNames, scoreThresholdOf } from '#dist/library/model-catalog.js';
export { engineChoices } from '#dist/library/native.js';
export { defaultSources } from '#dist/library/weights/fetch.js';
